"""What is known of names and variables in Python, and that no code of the user's runs for the answer."""

import json
import os

from emberlab_driver.inspection import inspect_code, variables
from emberlab_driver.short_values import LENGTH, short_value


class Hostile:
    """Hostile to those who ask."""

    def trap(self, *_):
        raise AssertionError

    __getattr__ = __getattribute__ = __dir__ = __iter__ = __eq__ = __bool__ = __len__ = __repr__ = __str__ = trap
    __class__ = property(trap)

    def method(self, first: int, second="two", *, third=None) -> str:
        """What it does.

        More on it.
        """
        raise AssertionError


def with_default(hostile=Hostile(), listed=(1, 2)):  # noqa: B008
    raise AssertionError


NAMES = {
    "json": json, "os": os, "hostile": Hostile(), "Hostile": Hostile, "with_default": with_default, "number": 6,
    "texts": ["a"] * 9, "nested": {"a": [1, {"b": (2,)}], 3: hash}, "_hidden": 1, "given": 1,
}  # fmt: skip


def about(code, cursor=None):
    return inspect_code(code, len(code) if cursor is None else cursor, NAMES)


def test_functions_have_their_signature_and_documentation():
    text = about("json.dumps")
    assert text.startswith("Signature: json.dumps(obj, *, skipkeys=False,")
    assert "Serialize" in text
    expected = (
        "Signature: hostile.method(first: int, second='two', *, third=None) -> str\n\nWhat it does.\n\nMore on it."
    )
    assert about("hostile.method") == expected
    assert about("with_default") == "Signature: with_default(hostile=…, listed=(1, 2))"
    assert about("len").startswith("Signature: len(obj, /)")


def test_the_whole_word_at_the_cursor_counts_or_else_the_function_that_is_called():
    assert about("x = json.dumps(number)", 11).startswith("Signature: json.dumps(")
    assert about("json.dumps(").startswith("Signature: json.dumps(")
    assert about("json.dumps(nothing, [1, (2)], ").startswith("Signature: json.dumps(")
    assert about("json.dumps(number").startswith("Type: int")
    assert about("[") is None
    assert about("nothing") is None
    assert about("") is None


def test_values_have_type_and_a_line():
    assert about("number").startswith("Type: int\nValue: 6\n")
    assert about("hostile") == "Type: test_inspection.Hostile\n\nHostile to those who ask."
    assert about("Hostile").startswith("Class: Hostile")
    assert about("os").startswith("Module: os")


def test_variables_are_what_code_has_defined():
    assert variables(NAMES, {"given": 1}) == [
        ("hostile", "test_inspection.Hostile", ""),
        ("number", "int", "6"),
        ("texts", "list", "['a', 'a', 'a', 'a', 'a', 'a', … 9 in all]"),
        ("nested", "dict", "{'a': [1, {'b': …}], 3: …}"),
    ]
    # another value under a name that was given is the user's
    assert ("given", "int", "1") in variables(NAMES, {"given": 2})


def test_values_are_short_whatever_they_are():
    recursive = []
    recursive.append(recursive)
    for value in ("x" * 10**6, b"x" * 10**6, 10**100_000, [["y" * 1000] * 1000] * 1000, recursive, Hostile()):
        assert len(short_value(value)) <= LENGTH
