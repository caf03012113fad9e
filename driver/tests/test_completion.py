"""How Python code may go on, and that no code of the user's runs for the answer."""

import os
import time

import pytest

from emberlab_driver.completion import complete
from emberlab_driver.expression_before import expression_before


class Plain:
    shared = 1

    def __init__(self):
        self.own = "text"

    def method(self):
        raise AssertionError

    @property
    def computed(self):
        raise AssertionError


class Hostile(dict):
    """Runs code wherever Python lets it."""

    own = 1

    def trap(self, *_):
        raise AssertionError

    __getattr__ = __getattribute__ = __dir__ = __iter__ = __eq__ = __hash__ = __bool__ = __len__ = __get__ = trap
    __class__ = __dict__ = property(trap)


class Slotted:
    __slots__ = ("kept", "unset")

    def __init__(self):
        self.kept = {"key one": 1, 2: 3}


class HostileKey:
    def __init__(self, taken):
        self.taken = taken

    def __hash__(self):
        return hash("value")

    def __eq__(self, other):
        assert other is self.taken  # this is only the dict that is being made
        return False


def namespace():
    return {
        "value": Plain(), "valley": 1, "Plain": Plain, "os": os, "hostile": Hostile(), "slotted": Slotted(),
        "items": [Plain(), {"a": Plain()}], HostileKey("value"): 1, 7: 8,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "candidates", "word"),
    [
        ("val", ["valley", "value"], "val"),
        ("whi", ["while"], "whi"),
        ("x = isinst", ["isinstance"], "isinst"),
        ("value.", ["computed", "method", "own", "shared"], ""),
        ("print(value.ow", ["own"], "ow"),
        ("value.own.startsw", ["startswith"], "startsw"),
        ("value\n  .own\n  .startsw", ["startswith"], "startsw"),
        ("value.computed.", [], ""),
        ("value.method().", [], ""),
        ("Plain().sh", ["shared"], "sh"),
        ("os.path.joi", ["join"], "joi"),
        ("'text'.upp", ["upper"], "upp"),
        ("f(['a)', 1]).", [], ""),
        ("[1].appe", ["append"], "appe"),
        ("items[0].ow", ["own"], "ow"),
        ("items[1]['a'].ow", ["own"], "ow"),
        ("slotted.kep", ["kept"], "kep"),
        ("slotted.unset.", [], ""),
        ("slotted.kept['key o", ["key one"], "key o"),
        ("items[9].", [], ""),
        ("import emberlab_dri", ["emberlab_driver"], "emberlab_dri"),
        ("import os, emberlab_driver.stat", ["statements", "static_objects"], "stat"),
        ("from emberlab_driver.completion import comp", ["complete"], "comp"),
        ("from os import (path as p, getc", ["getcwd", "getcwdb"], "getc"),
        ("", [], ""),
        ("1", [], "1"),
        ("nothing.", [], ""),
        ("hostile['", [], ""),
        ("'\\d'.", [], ""),
    ],
)
def test_candidates(code, candidates, word):
    found, start, end = complete(code, len(code), namespace())
    assert (found, start, end) == (candidates, len(code) - len(word), len(code))


def test_the_rest_of_the_code_does_not_count():
    assert complete("é🙂\nval + 1", 6, namespace()) == (["valley", "value"], 3, 6)


@pytest.mark.parametrize("code", ["hostile.", "hostile.own.", "hostile['x'].", "items[hostile].", "hostile().", "host"])
def test_no_code_of_objects_runs(code):
    complete(code, len(code), namespace())


@pytest.mark.parametrize(
    "code",
    ["(" * 100_000, "a." * 100_000, "x" * 1_000_000, "f" + "()" * 50_000 + ".", "-" * 100_000 + "a.", "['" * 9999],
)
def test_long_code_is_bounded(code):
    began = time.process_time()
    try:
        complete(code, len(code), namespace())
    except RecursionError:
        pass
    assert time.process_time() - began < 5


def test_candidates_are_bounded():
    found, _, _ = complete("name", 4, {f"name{number}": 1 for number in range(3000)})
    assert len(found) == 500


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("a = df.where(x > 1)", "df.where(x > 1)"),
        ("f(g(1), h", "h"),
        ("(a.b)", "(a.b)"),
        ("x['k'](1)[2]", "x['k'](1)[2]"),
        ("'a b'", "'a b'"),
        ("a . b\n .c", "a . b\n .c"),
        ("f(')')", "f(')')"),
        ("return [1]", "[1]"),
        (")", ""),
        ("a +", ""),
        ("", ""),
    ],
)
def test_the_expression_at_the_end(text, expression):
    assert expression_before(text) == expression


def complete_in(control, code, kind="pyspark"):
    return control.ask("complete", kind=kind, code=code, cursor=len(code))["value"]


def test_through_the_agent(plain):
    control = plain.control
    control.run("some_value = 5")
    assert complete_in(control, "some_v") == {"candidates": ["some_value"], "start": 0, "end": 6}
    assert complete_in(control, "x", kind="spark") == {"candidates": [], "start": 1, "end": 1}


def test_while_a_statement_runs(plain, tmp_path):
    os.mkfifo(tmp_path / "gate")
    statement_id = plain.control.submit(f"in_between = 1\nprint('set')\nopen({str(tmp_path / 'gate')!r}).read()")
    plain.control.message("output", id=statement_id)
    assert complete_in(plain.control, "in_betw")["candidates"] == ["in_between"]
    (tmp_path / "gate").write_text("go")
    plain.control.result(statement_id)


def test_a_search_that_hangs_is_given_up(plain):
    """Whatever takes long, here a module path that is looked through for ever, the next question is answered."""
    control = plain.control
    control.run("import os, threading\nheld = threading.Event()\nscan = os.scandir")
    control.run("os.scandir = lambda folder: held.wait() and None")
    for start in "opqrs":  # the same question would wait for the same search
        assert complete_in(control, f"import {start}")["candidates"] == []
    assert complete_in(control, "hel")["candidates"] == []  # no more than four search at a time
    control.run("os.scandir = scan\nheld.set()")
    deadline = time.monotonic() + 30
    while "held" not in complete_in(control, "hel")["candidates"]:  # until the first of the searches has ended
        assert time.monotonic() < deadline


def test_questions_that_cannot_be_answered(plain):
    control = plain.control
    assert "older than the platform" in control.ask("fly")["error"]
    assert "log says why" in control.ask("complete", kind="pyspark")["error"]
    assert "log says why" in control.ask("add", uri="x")["error"]
    assert control.text("1") == "1"
