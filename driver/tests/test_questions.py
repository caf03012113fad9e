"""Completions: how long one waits for them, and for whose."""

import threading

from emberlab_driver.interpreter import Interpreter
from emberlab_driver.questions import SEARCHES, Questions


class Slow(Interpreter):
    """Finds what it is asked for once it is told to."""

    complete_seconds = 60.0

    def __init__(self):
        self.asked = []
        self.begun = threading.Semaphore(0)
        self.go = threading.Event()

    def run(self, code, statement_id):
        raise AssertionError

    def interrupt(self, statement_id):
        raise AssertionError

    def complete(self, code, cursor):
        self.asked.append(code)
        self.begun.release()
        assert self.go.wait(60)
        return [f"{code}!"], 0, cursor


class Asked:
    """The answers to completions of an interpreter, in the order in which they come."""

    def __init__(self, interpreter):
        self.questions = Questions(lambda _: interpreter, lambda: None, None)
        self.answers = []
        self.came = threading.Semaphore(0)

    def complete(self, code):
        self.questions.ask(
            {"request": 1, "what": "complete", "kind": "spark", "code": code, "cursor": len(code)}, self._post
        )

    def _post(self, frame):
        self.answers.append(frame)
        self.came.release()

    def wait(self, count):
        for _ in range(count):
            assert self.came.acquire(timeout=60)
        return sorted(str(answer) for answer in self.answers)


def test_who_asks_while_another_waits_for_the_same_gets_what_that_finds():
    slow = Slow()
    asked = Asked(slow)
    asked.complete("sc.ran")
    assert slow.begun.acquire(timeout=60)
    asked.complete("sc.ran")
    slow.go.set()
    first, second = asked.wait(2)
    assert first == second and "sc.ran!" in first
    # the second one may have come when the first had ended, never while it ran
    assert set(slow.asked) == {"sc.ran"}


def test_more_questions_than_places_wait_for_a_place():
    slow = Slow()
    asked = Asked(slow)
    codes = [f"x{number}" for number in range(SEARCHES + 2)]
    for code in codes:
        asked.complete(code)
    for _ in range(SEARCHES):
        assert slow.begun.acquire(timeout=60)
    assert len(slow.asked) == SEARCHES
    slow.go.set()
    answers = asked.wait(len(codes))
    assert all(f"x{number}!" in answer for number, answer in enumerate(answers))


def test_one_that_takes_too_long_has_no_candidates_and_the_next_waits_for_it():
    slow = Slow()
    slow.complete_seconds = 0
    asked = Asked(slow)
    asked.complete("sc.ran")
    (nothing,) = asked.wait(1)
    assert "sc.ran!" not in nothing
    slow.go.set()
    slow.complete_seconds = 60.0
    asked.complete("sc.ran")
    assert "sc.ran!" in str(asked.wait(1))
