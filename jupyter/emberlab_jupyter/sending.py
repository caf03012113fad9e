"""``%%send_to_spark``: a text or a pandas frame of the notebook's own process, as code for the remote interpreter.

The rows are JSON within that code, one object a line, and come with the types of the frame's columns. They are plain
ASCII, so that nothing in them needs care but quotes and backslashes.
"""

from __future__ import annotations

import datetime
import decimal
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sparkmagic.livyclientlib.exceptions import BadUserDataException
from sparkmagic.livyclientlib.sendpandasdftosparkcommand import SendPandasDfToSparkCommand
from sparkmagic.livyclientlib.sendstringtosparkcommand import SendStringToSparkCommand
from sparkmagic.livyclientlib.sendtosparkcommand import SendToSparkCommand
from sparkmagic.utils.constants import SESSION_KIND_PYSPARK, SESSION_KIND_SPARK

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

#: A text in compiled code may have 65,535 bytes.
LITERAL = 30_000


def code_to_send(command: SendToSparkCommand, kind: str) -> str:
    """Code that gives a variable its value. Raises BadUserDataException with a sentence where that can't be."""
    name, value = command.output_variable_name, command.input_variable_value
    if not re.fullmatch(r"[A-Za-z_]\w*" if kind == SESSION_KIND_PYSPARK else r"[A-Za-z_.][\w.]*", name):
        raise BadUserDataException(f"{name} can't be the name of a variable. Please give another one with -n.")
    if isinstance(command, SendStringToSparkCommand) and kind == SESSION_KIND_SPARK and isinstance(value, str):
        return f"val {name} = {scala_text(value)}"
    if not isinstance(command, SendPandasDfToSparkCommand):
        return command.to_command(kind, command.input_variable_name, value, name).code
    if not is_frame(value):
        raise BadUserDataException(
            f"{command.input_variable_name} is a {type(value).__name__}, not a DataFrame of pandas."
        )
    schema, lines = rows_of(value.head(command.max_rows))
    if kind == SESSION_KIND_PYSPARK:
        return f"{name} = spark.read.schema({schema!r}).json(spark.sparkContext.parallelize({lines!r}, 1))"
    if kind == SESSION_KIND_SPARK:
        rows = f'{scala_text(chr(10).join(lines))}.split("\\n").filter(_.nonEmpty).toSeq'
        dataset = f"spark.createDataset({rows})(org.apache.spark.sql.Encoders.STRING)"
        return f"val {name} = spark.read.schema({scala_text(schema)}).json({dataset})"
    return r_frame(name, schema, lines)


def is_frame(value: Any) -> bool:
    import pandas as pd

    return isinstance(value, pd.DataFrame)


def rows_of(frame: pd.DataFrame) -> tuple[str, list[str]]:
    """The schema, as Spark writes one, and a JSON object for each row."""
    import pyarrow as pa

    names = [str(name) for name in frame.columns]
    if len(set(names)) < len(names):
        raise BadUserDataException("Two columns of the frame have the same name, which Spark can't take.")
    columns = [column_of(frame.iloc[:, at]) for at in range(len(names))]
    schema = ", ".join(f"{quoted(name)} {spark_type(column.type)}" for name, column in zip(names, columns, strict=True))
    table = pa.table(columns, names=names) if names else None
    rows = [] if table is None else table.to_pylist()
    return schema, [json.dumps(row, default=plain) for row in rows]


def column_of(values: pd.Series) -> pa.Array | pa.ChunkedArray:
    """A column with a type that Spark has: what is of several kinds, or of none of Spark's, becomes text."""
    import pyarrow as pa

    try:
        column = pa.Array.from_pandas(values)
        spark_type(column.type)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, LookupError):
        texts = [None if missing else str(value) for value, missing in zip(values, values.isna(), strict=True)]
        return pa.array(texts, pa.string())
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def spark_type(kind: pa.DataType) -> str:
    """Spark's name of a type; raises LookupError where it has none."""
    import pyarrow as pa

    types = pa.types
    if types.is_dictionary(kind):
        return spark_type(kind.value_type)
    if types.is_list(kind) or types.is_large_list(kind):
        return f"ARRAY<{spark_type(kind.value_type)}>"
    if types.is_struct(kind):
        fields = (kind.field(at) for at in range(kind.num_fields))
        return f"STRUCT<{', '.join(f'{quoted(field.name)}: {spark_type(field.type)}' for field in fields)}>"
    if types.is_decimal(kind) and kind.precision <= 38:
        return f"DECIMAL({kind.precision}, {kind.scale})"
    if types.is_unsigned_integer(kind):
        return "DECIMAL(20, 0)" if kind.bit_width == 64 else "BIGINT"
    if types.is_signed_integer(kind):
        return {8: "TINYINT", 16: "SMALLINT", 32: "INT", 64: "BIGINT"}[kind.bit_width]
    if types.is_floating(kind):
        return "FLOAT" if kind.bit_width <= 32 else "DOUBLE"
    for fits, name in (
        (types.is_boolean, "BOOLEAN"),
        (types.is_date, "DATE"),
        (types.is_timestamp, "TIMESTAMP"),
        (types.is_string, "STRING"),
        (types.is_large_string, "STRING"),
        # a column without any value
        (types.is_null, "STRING"),
    ):
        if fits(kind):
            return name
    raise LookupError(str(kind))


def plain(value: object) -> object:
    """A value that JSON has no kind for, as Spark reads it."""
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return str(value)
    return str(value)


def quoted(name: str) -> str:
    doubled = name.replace("`", "``")
    return f"`{doubled}`"


def pieces(text: str) -> Iterator[str]:
    for begin in range(0, max(len(text), 1), LITERAL):
        yield text[begin : begin + LITERAL]


def scala_text(text: str) -> str:
    # JSON's escapes are Scala's.
    literals = [json.dumps(piece) for piece in pieces(text)]
    return literals[0] if len(literals) == 1 else f"Seq({', '.join(literals)}).mkString"


def r_text(text: str) -> str:
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"}
    return f'"{"".join(escapes.get(character, character) for character in text)}"'


def r_frame(name: str, schema: str, lines: list[str]) -> str:
    """No file between the two: where executors run elsewhere they would not find it."""
    # SparkR can't make a frame without rows.
    texts = r_text("\n".join(lines or ["{}"]))
    sql_text = "'" + schema.replace("\\", "\\\\").replace("'", "\\'") + "'"
    frame = (
        f'SparkR::createDataFrame(data.frame(value = strsplit({texts}, "\\n", fixed = TRUE)[[1L]], '
        "stringsAsFactors = FALSE))"
    )
    parsed = f"SparkR::selectExpr({frame}, {r_text(f'from_json(value, {sql_text}) AS row')})"
    rows = f'SparkR::selectExpr({parsed}, "row.*")'
    return f"{name} <- {rows if lines else f'SparkR::limit({rows}, 0L)'}"
