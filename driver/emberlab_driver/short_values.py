"""Values in a line, without running any code of theirs: what is not plain data has no value here, only its type."""

import sys
import types

from . import static_objects as static

LENGTH = 120
ITEMS = 6
DEPTH = 3
_PLAIN = (bool, int, float, complex, type(None))
_BRACKETS = {list: "[]", tuple: "()", set: "{}", frozenset: "{}"}


def short_value(value, depth=DEPTH):
    """A line of at most LENGTH characters; "" where the value has none to show."""
    kind = type(value)
    if kind is int and value.bit_length() > 4096:  # digits of a huge number take long
        return f"a number of {value.bit_length()} bits"
    if kind in _PLAIN:
        return _cut(repr(value))
    if kind in (str, bytes):
        return _cut(repr(value[:LENGTH]))
    if kind in _BRACKETS:
        items = _first(value)
        return "" if depth == 0 else _items(_BRACKETS[kind], [_inner(each, depth) for each in items], len(value))
    if kind is dict:
        pairs = [f"{_inner(key, depth)}: {_inner(each, depth)}" for key, each in _first(dict.copy(value).items())]
        return "" if depth == 0 else _items("{}", pairs, len(value))
    return _cut(_of_library(value))


def type_name(value):
    """The name of a value's class, with its module unless that is Python's own or a cell's."""
    owner = type(value)
    module = type.__dict__["__module__"].__get__(owner)
    name = type.__dict__["__qualname__"].__get__(owner)
    return name if type(module) is not str or module in ("builtins", "__main__") else f"{module.split('.')[0]}.{name}"


def _of_library(value):
    if static.comes_from(value, "pyspark.sql.", "DataFrame"):
        return ", ".join(f"{name}: {kind}" for name, kind in value.dtypes)
    kind = type(value)
    for module, name in (("pandas", "DataFrame"), ("pandas", "Series"), ("numpy", "ndarray")):
        library = sys.modules.get(module)
        if type(library) is types.ModuleType and kind is library.__dict__.get(name):
            return f"{' × '.join(map(str, value.shape))} {'values' if name != 'DataFrame' else 'rows and columns'}"
    return ""


def _first(values):
    found = []
    for value in values:
        if len(found) == ITEMS:
            break
        found.append(value)
    return found


def _inner(value, depth):
    return short_value(value, depth - 1) or "…"


def _items(brackets, texts, count):
    more = f", … {count} in all" if count > len(texts) else ""
    return _cut(f"{brackets[0]}{', '.join(texts)}{more}{brackets[1]}")


def _cut(text):
    return text if len(text) <= LENGTH else text[: LENGTH - 1] + "…"
