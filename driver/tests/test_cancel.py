"""Cancelling, through a whole agent without Spark."""

import os
import signal
import time

import pytest

BUSY = [
    "while True: pass",
    "import time; time.sleep(1000)",
    "while True: print('x')",
    "import threading; threading.Event().wait()",
    "import subprocess; subprocess.run(['sleep', '1000'])",
    "import socket; a, b = socket.socketpair(); a.recv(1)",
    "class R:\n  def __repr__(self):\n    while True: pass\nR()",
    "try:\n  while True: pass\nfinally: print('tidied up')",
    "import asyncio\nasync def main(): await asyncio.sleep(1000)\nasyncio.run(main())",
]


@pytest.fixture
def control(plain):
    return plain.control


@pytest.mark.parametrize("code", BUSY)
def test_running(control, code):
    control.text("kept = 42")
    statement_id = control.submit("print('before')\n" + code)
    control.started(statement_id)
    began = time.monotonic()
    control.send("cancel", id=statement_id)
    result = control.result(statement_id)
    assert time.monotonic() - began < 1
    assert result["state"] == "cancelled"
    assert result["output"]["ename"] == "KeyboardInterrupt"
    assert result["output"]["evalue"] == "The statement was cancelled."
    assert result["output"]["traceback"][0] in ("before\n", "x\n")
    assert control.text("kept") == "42"


def test_child_of_os_system(control):
    """While `os.system` waits, the process ignores SIGINT; its child must get it."""
    statement_id = control.submit("import os; os.system('sleep 1000')")
    control.started(statement_id)
    control.send("cancel", id=statement_id)
    assert control.result(statement_id, timeout=10)["state"] == "cancelled"


def test_caught_interrupt_is_repeated(control):
    stubborn = "import time\nfor _ in range(2):\n  try: time.sleep(1000)\n  except KeyboardInterrupt: print('no')\n"
    code = stubborn + "while True: pass"
    statement_id = control.submit(code)
    control.started(statement_id)
    control.send("cancel", id=statement_id)
    result = control.result(statement_id, timeout=10)
    assert result["state"] == "cancelled"
    assert result["output"]["traceback"][:2] == ["no\n", "no\n"]


def test_endless_text_of_an_exception(control):
    """`traceback` swallows the first interrupt, as it swallows whatever `__str__` raises."""
    statement_id = control.submit("class E(Exception):\n  def __str__(self):\n    while True: pass\nraise E()")
    control.started(statement_id)
    control.send("cancel", id=statement_id)
    assert control.result(statement_id, timeout=10)["output"]["ename"] == "KeyboardInterrupt"


def test_waiting(control):
    running = control.submit("while True: pass")
    waiting = control.submit("ran = True")
    control.started(running)
    control.send("cancel", id=waiting)
    result = control.result(waiting)
    assert (result["state"], result["output"], result["startedAt"]) == ("cancelled", None, None)
    control.send("cancel", id=running)
    assert control.result(running)["state"] == "cancelled"
    assert control.text("'ran' in globals()") == "False"
    assert not control.all("started", id=waiting)


def test_unknown_and_ended_ids_are_ignored(control):
    control.send("cancel", id=10_000)
    statement_id = control.submit("1")
    control.result(statement_id)
    control.send("cancel", id=statement_id)
    assert control.text("2") == "2"
    assert len(control.all("result", id=statement_id)) == 1


def test_stray_signals_do_nothing(plain):
    for _ in range(20):
        os.kill(plain.process.pid, signal.SIGINT)
        assert plain.control.text("1") == "1"


def test_cancel_at_any_moment(control):
    """Races the end of short statements; whatever wins, each gets one result and the session goes on."""
    for number in range(60):
        statement_id = control.submit(f"for i in range({number * 2000}): pass")
        control.started(statement_id)
        control.send("cancel", id=statement_id)
        assert control.result(statement_id)["state"] in ("available", "cancelled")
        assert control.text(str(number)) == str(number)
