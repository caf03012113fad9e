"""What is known of a name in Python code, and of the variables of a session. No code of the user's runs for it."""

import inspect
import re
import types

from . import static_objects as static
from .completion import evaluate, static_names
from .expression_before import MAX_LENGTH, expression_before
from .short_values import short_value, type_name

MAX_VARIABLES = 500
DOC_LENGTH = 20_000
_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType)
_WORD = re.compile(r"\w*")


def inspect_code(code, cursor, namespace):
    """A text on the expression that ends where the word at `cursor` does, or else on the function in whose call the
    cursor is; None where nothing is known of either."""
    end = cursor + len(_WORD.match(code[cursor:]).group())
    before = code[max(0, end - MAX_LENGTH) : end]
    scope = dict.copy(namespace)
    for expression in (expression_before(before), _called(before)):
        if expression:
            value, kind = evaluate(expression, scope)
            if value is not None or kind is not None:
                return _describe(value, kind, expression)
    return None


def variables(namespace, given):
    """`(name, type, value)` of what code has defined, but for functions, classes and modules; `given` are the names
    that were there before."""
    found = []
    for name in static_names(dict.copy(namespace)):
        value = static.lookup(namespace, name)
        hidden = name.startswith("_") or (name in given and value is given[name])
        if hidden or static.is_class(value) or type(value) in (*_FUNCTIONS, types.ModuleType):
            continue
        try:
            text = short_value(value)
        except Exception:  # a frame of Spark whose context has ended
            text = ""
        found.append((name, type_name(value), text))
        if len(found) == MAX_VARIABLES:
            break
    return found


def _called(before):
    """The expression before the last bracket that is still open, such as `df.where` in `df.where(x, `."""
    depth = 0
    for at in range(len(before) - 1, -1, -1):
        character = before[at]
        if character in ")]}":
            depth += 1
        elif character in "([{":
            depth -= 1
            if depth < 0:
                return expression_before(before[:at]) if character == "(" else ""
    return ""


def _describe(value, kind, expression):
    if kind is not None:
        return _text([("Type", _name(kind))], kind)
    if type(value) is types.ModuleType:
        return _text([("Module", expression)], value)
    method = "." in expression
    if static.is_class(value):
        start = static.names_in_class(value).get("__init__")
        return _text([("Class", expression), ("Signature", _signature(expression, start, True))], value)
    if type(value) in _FUNCTIONS:
        return _text([("Signature", _signature(expression, value, method))], value)
    return _text([("Type", type_name(value)), ("Value", short_value(value))], type(value))


def _text(facts, documented):
    lines = [f"{label}: {fact}" for label, fact in facts if fact]
    doc = _doc(documented)
    return "\n".join([*lines, "", doc] if doc else lines)


def _doc(value):
    if static.is_class(value):
        doc = static.names_in_class(value).get("__doc__")
    elif type(value) is types.ModuleType:
        doc = value.__dict__.get("__doc__")
    else:
        doc = value.__doc__ if type(value) in _FUNCTIONS else None
    return inspect.cleandoc(doc)[:DOC_LENGTH] if type(doc) is str else ""


def _signature(name, function, bound):
    if type(function) not in _FUNCTIONS:
        return ""
    try:
        # Not of what a decorator names: the function of the user's might say anything there.
        signature = inspect.signature(function, follow_wrapped=type(function) is types.FunctionType)
    except (ValueError, TypeError):
        return f"{name}(…)"
    parameters = list(signature.parameters.values())
    if bound and parameters and parameters[0].name in ("self", "cls", "$self"):
        parameters = parameters[1:]
    plain = [
        each.replace(default=_Default.of(each.default), annotation=_annotation(each.annotation)) for each in parameters
    ]
    return f"{name}{inspect.Signature(plain, return_annotation=_annotation(signature.return_annotation))}"


def _annotation(given):
    if type(given) is str:
        return _Shown(given)
    # Of others only classes are known to have a name.
    nothing = inspect.Parameter.empty
    return _Shown(_name(given)) if static.is_class(given) and given is not nothing else nothing


def _name(owner):
    return type.__dict__["__qualname__"].__get__(owner)


class _Shown:
    """Stands for a value in a signature."""

    def __init__(self, text):
        self._text = text

    def __repr__(self):
        return self._text


class _Default(_Shown):
    @classmethod
    def of(cls, value):
        return value if value is inspect.Parameter.empty else cls(short_value(value) or "…")
