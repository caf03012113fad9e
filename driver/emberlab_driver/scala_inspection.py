"""What is known of a name in Scala code, and of the variables of a session. No code of the user's runs for it."""

import re

from .expression_before import expression_before
from .short_values import short_value

MAX_VARIABLES = 200
_WORD = re.compile(r"\w*")
# The objects in which the interpreter wraps each cell, in front of the classes that it defines.
_WRAPPERS = re.compile(r"\$line\d+\.(?:\$?(?:read|iw)(?:\.INSTANCE)?[.$])*")
# Names that the interpreter gives, and those that every session begins with.
_GIVEN = re.compile(r"res\d+|\$.*|emberlab.*|spark|sc|sqlContext")
# Prefixes of types that everybody knows without them.
_KNOWN = re.compile(
    r"\b(?:scala\.(?:collection\.immutable\.|Predef\.)?|java\.lang\.|org\.apache\.spark\.sql\.)(?=[A-Z])"
)


def describe_at(repl, code, cursor):
    """A text on the expression that ends where the word at `cursor` does, by the interpreter's ScalaRepl; None where
    nothing is known of it."""
    end = cursor + len(_WORD.match(code[cursor:]).group())
    before = code[:end]
    expression = expression_before(before)
    if not expression:
        # Within a call: the function that is called.
        before = re.sub(r"\([^()]*\Z", "", before)
        expression = expression_before(before)
    if not expression:
        return None
    declared = repl.declarations(before)
    lines = [short_type(line) for line in declared]
    kind = repl.type_of(expression) if len(declared) < 2 else ""
    if kind:
        lines.append(f"Type: {short_type(kind)}")
    return "\n".join(lines) or None


def list_variables(repl):
    """`(name, type, value)` of what code has defined with `val` and `var`."""
    found = []
    for name in repl.terms():
        if not name or _GIVEN.fullmatch(name) or len(found) == MAX_VARIABLES:
            continue
        term = repl.term(name)
        if term is not None:
            kind, value = term
            found.append((name, short_type(kind), _value_text(kind, value)))
    return found


def short_type(text):
    # A value is looked at by way of a method without parameters.
    return _KNOWN.sub("", _WRAPPERS.sub("", re.sub(r"\A(?:\(\):?\s*|=>\s*)", "", text)))


def _value_text(kind, value):
    if re.search(r"\b(?:Dataset|DataFrame)\b", kind) and value is not None:
        return value.schema().simpleString().removeprefix("struct<").removesuffix(">")
    # What Py4J hands over as Python's own: numbers, texts and truth values.
    return short_value(value) if type(value) in (bool, int, float, str) else ""
