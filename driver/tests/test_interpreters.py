"""How interpreters start: lazily, once, and anew after a failure."""

import os
import select
import threading

import pytest
from conftest import plain_driver

from emberlab_driver.interpreters import Interpreters, StartError


class Plain:
    closed = False

    def close(self):
        self.closed = True


def test_starts_once_and_only_when_needed():
    begun = []
    interpreters = Interpreters({"a": lambda parts: begun.append(parts) or Plain(), "b": lambda _: Plain()}, "parts")
    assert (interpreters.started("a"), begun) == (None, [])
    interpreter = interpreters.start("a")
    assert interpreters.start("a") is interpreter is interpreters.started("a")
    assert begun == ["parts"]
    interpreters.close()
    assert interpreter.closed
    assert interpreters.started("b") is None


def test_a_failure_names_its_cause_and_is_tried_anew():
    outcomes = [StartError("R is missing; please install it"), ValueError("java.lang.X: no more\nat y"), None]

    def make(_):
        error = outcomes.pop(0)
        if error is not None:
            raise error
        return Plain()

    interpreters = Interpreters({"a": make}, None)
    with pytest.raises(StartError, match="^R is missing; please install it$"):
        interpreters.start("a")
    with pytest.raises(StartError, match="^no more$"):
        interpreters.start("a")
    assert interpreters.start("a") is interpreters.started("a")
    with pytest.raises(StartError, match="'cobol'"):
        interpreters.start("cobol")


def test_warms_up_in_the_background_one_after_the_other_and_past_failures():
    may_start, order, done = threading.Event(), [], threading.Event()

    def make(name):
        def start(_):
            may_start.wait()
            order.append(name)
            if name == "b":
                raise StartError("there is no b")
            if name == "c":
                done.set()
            return Plain()

        return start

    interpreters = Interpreters({name: make(name) for name in "abc"}, None)
    interpreters.warm(["a", "b", "c"])
    assert interpreters.started("a") is None
    may_start.set()
    assert done.wait(30)
    assert order == ["a", "b", "c"]
    with pytest.raises(StartError, match="^there is no b$"):
        interpreters.start("b")


def test_a_session_starts_what_it_is_to_warm_up_once_it_is_ready(tmp_path):
    # The interpreter of SQL asks for the SparkSession first.
    pipe = tmp_path / "asked"
    os.mkfifo(pipe)
    asked = os.open(pipe, os.O_RDWR)
    try:
        with plain_driver(environment={"SESSION_ASKED": str(pipe)}, warmKinds=["sql"]) as driver:
            driver.control.ready()
            assert select.select([asked], [], [], 90)[0]
    finally:
        os.close(asked)


def test_who_gives_up_leaves_the_start_to_the_next():
    may_start = threading.Event()
    interpreters = Interpreters({"a": lambda _: may_start.wait() and Plain()}, None)
    assert interpreters.start("a", lambda: True) is None
    assert interpreters.started("a") is None
    may_start.set()
    assert isinstance(interpreters.start("a"), Plain)


def test_a_session_of_a_kind_that_cannot_start():
    with plain_driver(kind="cobol") as driver:
        message = driver.control.message("failed")["message"]
        assert message.startswith("The interpreter of the kind 'cobol' could not start: ")
        assert driver.wait() == 1
