"""What statements print, at all levels, through a whole agent without Spark."""

import time

import pytest
from conftest import plain_driver

LIMIT = 8 * 1024 * 1024


@pytest.fixture
def control(plain):
    return plain.control


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("import os, sys\n_ = os.system('echo hi')", "hi"),
        ("print('a'); _ = os.system('echo b'); print('c'); _ = os.system('echo d')", "a\nb\nc\nd"),
        ("_ = os.system('echo e >&2'); print('o')", "o\ne"),
        ("_ = sys.stdout.buffer.write(b'\\xff\\xfe ok\\n')", "\ufffd\ufffd ok"),
        ("_ = os.write(1, b'raw\\n')", "raw"),
        ("print('\\ud800')", "\\ud800"),
        ("import subprocess\n_ = subprocess.run(['echo', 'sub'], stdout=sys.stdout)", "sub"),
        ("import multiprocessing as m\np = m.get_context('fork').Process(target=print, args=('forked',))\n"
         "p.start(); p.join()", "forked"),
        ("import ctypes\n_ = ctypes.CDLL(None).printf(b'from C\\n')", "from C"),
        ("_ = os.system('cat')", ""),
        ("print('no newline', end='')", "no newline"),
        ("sys.stdout.close(); sys.stderr.close(); sys.stdin.close()", ""),
        ("sys.stdout = None", ""),
        ("_ = sys.stdout.detach()", ""),
        ("os.close(1)", ""),
        ("1", "1"),
        ("import threading\nt = threading.Thread(target=print, args=('thread',)); t.start(); t.join()", "thread"),
        ("import logging\nlogging.warning('w')", "WARNING:root:w"),
        ("logging.warning('again')", "WARNING:root:again"),
    ],
)  # fmt: skip
def test_text(control, code, text):
    assert control.text(code) == text


def test_output_between_statements_goes_to_the_log(plain):
    code = "import threading, time\ngo = threading.Event()\ndef late():\n  go.wait(); print('late words'); told.set()\n"
    plain.control.text(code + "told = threading.Event(); threading.Thread(target=late).start()")
    plain.control.text("class Late:\n  def __del__(self): go.set()\nthreading.Timer(0.2, go.set).start()")
    told = "told.wait(20)"  # the words come between this statement's beginning and end, or before it
    seen = plain.control.text(told)
    assert seen.endswith("True")
    assert "late words" in seen + plain.log()


def test_five_megabytes_pass_whole(control):
    whole = control.text("print('ž' * (5 << 19))") == "ž" * (5 << 19)
    assert whole


@pytest.mark.parametrize(
    "code",
    [
        "print('x' * 100_000_000)\nprint('the end')",
        "for _ in range(1_000_000): print('x' * 99)\nprint('the end')",
        "_ = os.system(\"head -c 100000000 /dev/zero | tr '\\\\0' x; echo; echo the end\")",
        "print('the end')\n'x' * 100_000_000 + ' the end'",
        "_ = sys.stderr.write('x' * 100_000_000 + '\\nthe end')",
    ],
)
def test_a_hundred_megabytes_are_cut(control, code):
    control.text("import os, sys")
    began = time.monotonic()
    text = control.text(code)
    assert time.monotonic() - began < 20
    parts = (text[:20], text[-20:])  # asserted on in place of the text, whose difference takes pytest minutes to print
    assert LIMIT - 100 < len(text) < LIMIT + 200
    assert parts[0].startswith(("x" * 20, "the end"))
    assert parts[1].rstrip("'").endswith("the end")
    assert text.count("of output are cut here ...]") == 1
    peak = int(control.text("int(next(l for l in open('/proc/self/status') if l.startswith('VmHWM')).split()[1])"))
    assert peak < 1_200_000  # kB: the 100 MB that the code itself holds, a few times over


def test_both_streams_share_the_limit():
    with plain_driver(outputLimitBytes=10_000) as driver:
        driver.control.ready()
        text = driver.control.text("import sys\nprint('o' * 50_000)\nprint('e' * 50_000, file=sys.stderr)")
        assert len(text) < 10_300
        assert (text.count("o") > 5_000, text.count("e") > 2_000) == (True, True)
        output = driver.control.output("raise ValueError('v' * 100_000)")
        assert len(output["evalue"]) < 10_200
        assert sum(map(len, output["traceback"])) < 10_300
        assert driver.control.output("print('x'); %json 1")["status"] == "error"
