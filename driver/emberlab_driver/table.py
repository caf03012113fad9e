"""`%table`: rows as Livy's table bundle, with a type for each column."""

import datetime
import decimal
import math
from collections.abc import Mapping

MIME_TYPE = "application/vnd.livy.table.v1+json"
NULL_TYPE = "NULL_TYPE"
# bool before int and datetime before date: each is a subclass of the other.
_TYPES = (
    (bool, "BOOLEAN_TYPE", bool),
    (int, "INT_TYPE", int),
    (float, "DOUBLE_TYPE", lambda value: float(value) if math.isfinite(value) else None),
    (str, "STRING_TYPE", str),
    (datetime.datetime, "TIMESTAMP_TYPE", str),
    (datetime.date, "DATE_TYPE", str),
    (decimal.Decimal, "DECIMAL_TYPE", str),
)
_TEXT_ROWS = 100


def make_table(rows):
    """`{headers: [{name, type}], data: [[value]]}` from lists, tuples, mappings, Spark Rows or scalars.

    Columns of mappings are sorted by name, those of lists are named "0", "1"…; None fits any type. Raises TypeError
    when a column has values of two types, or one that has no type here.
    """
    return make_typed_table([[(name, *_convert(value)) for name, value in _named_values(row)] for row in rows])


def make_typed_table(rows):
    """Like `make_table`, from rows of `(column's name, type, JSON value)`."""
    types = {}
    converted = []
    for row in rows:
        cells = {}
        for name, kind, value in row:
            cells[name] = value
            known = types.setdefault(name, kind)
            if known == NULL_TYPE:
                types[name] = kind
            elif kind not in (known, NULL_TYPE):
                raise TypeError(f"table column '{name}' has values of {known} and {kind}")
        converted.append(cells)
    headers = [{"name": name, "type": kind} for name, kind in types.items()]
    return {"headers": headers, "data": [[cells.get(name) for name in types] for cells in converted]}


def table_text(table):
    """The table for clients that show plain text only: aligned columns, the first rows."""
    names = [header["name"] for header in table["headers"]]
    shown = table["data"][:_TEXT_ROWS]
    lines = [names] + [["" if value is None else str(value) for value in row] for row in shown]
    widths = [max(len(line[column]) for line in lines) for column in range(len(names))]
    text = "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)
    more = len(table["data"]) - len(shown)
    return f"{text}\n... {more:,} more rows" if more else text


def _named_values(row):
    if hasattr(row, "asDict"):  # a Spark Row, which is a tuple too
        row = row.asDict()
    if isinstance(row, Mapping):
        return sorted(((str(name), value) for name, value in row.items()), key=lambda item: item[0])
    if isinstance(row, (list, tuple)):
        return [(str(index), value) for index, value in enumerate(row)]
    return [("0", row)]


def _convert(value):
    if value is None:
        return NULL_TYPE, None
    if type(value).__module__ == "numpy" and hasattr(value, "tolist"):
        value = value.tolist()
    for python_type, name, convert in _TYPES:
        if isinstance(value, python_type):
            return name, convert(value)
    if isinstance(value, Mapping):
        return "MAP_TYPE", {str(key): _convert(item)[1] for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return "ARRAY_TYPE", [_convert(item)[1] for item in value]
    raise TypeError(f"a table cannot hold values of {type(value).__name__}")
