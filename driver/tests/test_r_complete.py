"""Completion and the life of the R process, with real R and without Spark."""

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from emberlab_driver.r.process import Ended, RProcess

pytestmark = pytest.mark.skipif(shutil.which("R") is None, reason="R is not installed")
ENVIRONMENT = {**os.environ, "LC_ALL": "C.UTF-8"}


@pytest.fixture
def process():
    made = RProcess("R", ENVIRONMENT, (1, 2))
    yield made
    made.close()
    assert not made.alive()


def complete(process, code, cursor=None):
    reply = process.request("complete", code, str(len(code) if cursor is None else cursor))
    assert reply[0] == b"ok"
    return [word.decode() for word in reply[3:]], int(reply[1]), int(reply[2])


def test_whole_words_for_a_part_of_the_code(process):
    words, start, end = complete(process, "x <- 'ž'\ny <- read.cs + 1", 21)
    assert "read.csv" in words and all(word.startswith("read.cs") for word in words)
    assert (start, end) == (14, 21)
    words, start, end = complete(process, "'🙂🙂 漢'; read.cs")
    assert "read.csv" in words and (start, end) == (8, 15)
    assert "na.rm" in complete(process, "sd(na.r")[0]
    assert complete(process, "iris$Sepal.L")[0] == ["iris$Sepal.Length"]
    assert complete(process, "utils::head.m")[0] == ["utils::head.matrix"]
    assert complete(process, "nothing_begins_so")[0] == []
    assert complete(process, "", 0)[1:] == (0, 0)


def test_completion_that_takes_too_long_ends(process):
    reply = process.request("complete", "local({repeat {}; list()})$a", "28", timeout=20)
    assert reply[0] in (b"ok", b"none")
    assert complete(process, "read.cs")[0]


def test_an_interrupt_between_requests_does_nothing(process):
    complete(process, "")  # R takes signals once it is up
    for _ in range(5):
        process.interrupt()
        assert "read.csv" in complete(process, "read.cs")[0]


def test_the_end_is_noticed_and_described(process):
    assert complete(process, "read.cs")[0]
    process.kill()
    with pytest.raises(Ended):
        process.request("complete", "a", "1")
    assert process.how_it_ended() == "it was killed by signal 9"


def test_r_ends_with_its_parent(tmp_path):
    """The parent ends by SIGKILL while R is busy, and one of its children holds the pipes open."""
    code = (
        "import os, signal, sys\n"
        "from emberlab_driver.r.process import RProcess\n"
        "process = RProcess('R', dict(os.environ), (1, 2))\n"
        "process.request('complete', 'a', '1')\n"
        "print(process._process.pid, flush=True)\n"
        "if os.fork() == 0: os.execvp('sleep', ['sleep', '1000'])\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environment = {**ENVIRONMENT, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, start_new_session=True) as parent:
        number = int(parent.stdout.readline())
        parent.wait()
        deadline = time.monotonic() + 10
        while os.path.exists(f"/proc/{number}") and time.monotonic() < deadline:
            time.sleep(0.01)
        outlived = os.path.exists(f"/proc/{number}")
        os.killpg(parent.pid, signal.SIGKILL)
    assert not outlived


def ask(process, *question):
    reply = process.request(*question)
    return [field.decode() for field in reply[1:]] if reply[0] == b"ok" else None


def test_functions_are_told_with_signature_and_help(process):
    for code, cursor in (("x <- sd(y)", 6), ("sd(y, ", 6), ("stats::sd", 8)):
        (text,) = ask(process, "inspect", code, str(cursor))
        assert text.startswith(("Signature: sd(x, na.rm = FALSE)", "Signature: stats::sd(x, na.rm = FALSE)"))
        assert "Standard Deviation" in text
    assert ask(process, "inspect", "nothing_is_called_so", "3") is None
    assert ask(process, "inspect", "", "0") is None


def test_an_r_without_variables_has_none(process):
    assert ask(process, "variables") == []
