"""Magics of a Python cell: each turns the value of a Python expression into a bundle of MIME types."""

import base64
import io
import json
import math

from .table import MIME_TYPE, make_table, table_text


class UnknownMagic(Exception):
    """The cell has a line `%name` that is none of the magics."""


class OutputTooLarge(Exception):
    """A bundle is larger than a statement's output may be; other than text, it cannot be cut."""


def run_magic(magic, evaluate, limit):
    """The bundle of a `cell.Magic`. `evaluate(source)` gives an expression's value; `limit` is in bytes.

    Raises UnknownMagic, OutputTooLarge, and whatever the expression or the conversion raises.
    """
    if not magic.name:
        raise UnknownMagic("magic command not specified")
    handler = _HANDLERS.get(magic.name)
    if handler is None:
        raise UnknownMagic(f"unknown magic command '{magic.name}'")
    if not magic.argument:
        raise ValueError(f"%{magic.name} needs the name of a variable")
    return handler(evaluate(magic.argument), limit)


def bounded(mime, value, limit):
    """`{mime: value}`. Raises OutputTooLarge when the value has more than `limit` bytes as JSON."""
    size = len(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    if size > limit:
        raise OutputTooLarge(f"{mime} of {size:,} bytes; a statement may return {limit:,}")
    return {mime: value}


def to_json(value):
    """`value` as plain JSON data: NaN and infinities become None, numpy's numbers Python's.

    Raises TypeError for what JSON cannot hold and ValueError or RecursionError for cycles.
    """
    text = json.dumps(_without_nan(value), ensure_ascii=False, allow_nan=False, default=_numpy_value)
    return json.loads(text)


def _without_nan(value):
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(item) for item in value]
    return value


def _numpy_value(value):
    if type(value).__module__ == "numpy" and hasattr(value, "tolist"):
        return _without_nan(value.tolist())
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def _json(value, limit):
    return bounded("application/json", to_json(value), limit)


def _table(value, limit):
    table = make_table(value)
    return {**bounded(MIME_TYPE, table, limit), "text/plain": table_text(table)}


def _matplot(pyplot, limit):
    image = io.BytesIO()
    pyplot.gcf().savefig(image, format="png")
    return bounded("image/png", base64.b64encode(image.getvalue()).decode("ascii"), limit)


_HANDLERS = {"json": _json, "table": _table, "matplot": _matplot}
