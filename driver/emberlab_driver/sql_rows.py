"""Rows of a query as plain JSON data: the shape that clients of Livy know for SQL."""

import base64
import json
import math
import re

_FRACTION = re.compile(r"\.(\d{3})(\d{3})(?=Z?$)")
_JSON_OPTIONS = {
    "ignoreNullFields": "false",
    "timeZone": "UTC",
    "timestampFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
    "timestampNTZFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSS",
}
# Values of these come to Python as they are to be: it takes less time than to write and read JSON.
_PLAIN = {"string", "boolean", "byte", "short", "integer", "long", "double", "void"}
# As names in JSON Spark writes keys of these types as the numbers that it keeps them as.
_KEYS_TO_CAST = ("date", "timestamp", "timestamp_ntz", "decimal", "binary")


def read_schema(frame):
    """The schema of a DataFrame as Spark writes it in JSON: `{type: "struct", fields: [{name, type, nullable,
    metadata}]}`."""
    return json.loads(frame._jdf.schema().json())


def read_rows(frame, schema, limit):
    """At most `limit` rows, each a list of JSON values.

    Structs and maps are objects, arrays lists, binaries lists of signed bytes; dates are "2020-01-31", timestamps
    "2020-01-31T01:02:03.450Z" in UTC without a fraction that is zero (and without Z where they have no zone); what JSON
    has no number for is null.
    """
    fields = schema["fields"]
    if not fields:
        return []
    if all(isinstance(field["type"], str) and field["type"] in _PLAIN for field in fields):
        return [[_finite(value) for value in row] for row in frame.take(limit)]
    # Spark itself writes the JSON: it knows all types, of all versions, with values that Python cannot hold.
    from pyspark.sql import functions

    names = [f"c{number}" for number in range(len(fields))]
    columns = [_column(frame, functions.col(name), field["type"]) for name, field in zip(names, fields)]
    columns = [column.alias(name) for name, column in zip(names, columns)]
    rows = frame.toDF(*names).select(functions.to_json(functions.struct(*columns), _JSON_OPTIONS)).take(limit)
    converters = [_converter(field["type"]) for field in fields]
    return [_row(row[0], names, converters) for row in rows]


def _finite(value):
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _row(text, names, converters):
    values = json.loads(text)
    return [convert(values.get(name)) for name, convert in zip(names, converters)]


def _column(frame, column, data_type):
    writable = _with_text_keys(data_type)
    if writable == data_type:
        return column
    types = frame.sparkSession._jvm.org.apache.spark.sql.types
    return column.cast(types.DataType.fromJson(json.dumps(writable)).sql())


def _with_text_keys(data_type):
    """`data_type` with text in place of those keys of maps that Spark would not write readably."""
    if not isinstance(data_type, dict):
        return data_type
    kind = data_type["type"]
    if kind == "struct":
        fields = [{**field, "type": _with_text_keys(field["type"])} for field in data_type["fields"]]
        return {**data_type, "fields": fields}
    if kind == "array":
        return {**data_type, "elementType": _with_text_keys(data_type["elementType"])}
    if kind == "map":
        key = data_type["keyType"]
        cast = isinstance(key, str) and key.startswith(_KEYS_TO_CAST)
        value = _with_text_keys(data_type["valueType"])
        return {**data_type, "keyType": "string" if cast else key, "valueType": value}
    return data_type


def _converter(data_type):
    """A function from what `to_json` has written for this type to the value that clients get."""
    convert = _make_converter(data_type)
    return lambda value: None if value is None else convert(value)


def _make_converter(data_type):
    kind = data_type["type"] if isinstance(data_type, dict) else data_type
    if kind == "struct":
        return _struct_converter(data_type["fields"])
    if kind == "array":
        element = _converter(data_type["elementType"])
        return lambda value: [element(item) for item in value]
    if kind == "map":
        item = _converter(data_type["valueType"])
        return lambda value: {key: item(each) for key, each in value.items()}
    if kind == "udt":
        return _converter(data_type["sqlType"])
    return _SIMPLE.get(kind, lambda value: value)


def _struct_converter(fields):
    converters = {field["name"]: _converter(field["type"]) for field in fields}
    return lambda value: {name: convert(value.get(name)) for name, convert in converters.items()}


def _number(value):
    return None if isinstance(value, str) else value  # "NaN", "Infinity" and "-Infinity" are written as text


def _timestamp(value):
    return _FRACTION.sub(_short_fraction, value)


def _short_fraction(match):
    milliseconds, rest = match.groups()
    if rest != "000":
        return match.group()
    return f".{milliseconds}" if milliseconds != "000" else ""


def _binary(value):
    return [byte - 256 if byte > 127 else byte for byte in base64.b64decode(value)]


_SIMPLE = {
    "double": _number,
    "float": _number,
    "timestamp": _timestamp,
    "timestamp_ntz": _timestamp,
    "binary": _binary,
}
