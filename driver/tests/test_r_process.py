"""The R process of a session: cancelled, ended, killed, missing."""

import os
import signal
import time
from pathlib import Path

import pytest
from conftest import spark_driver
from r_setting import LIBRARY, RControl, needs_r

pytestmark = [pytest.mark.spark, needs_r]
KIND = "sparkr"
ENVIRONMENT = {"EMBERLAB_SPARKR": LIBRARY}
BUSY = [
    "while (TRUE) {}",
    "Sys.sleep(1000)",
    "repeat system('sleep 1000')",
    "repeat cat('x\\n')",
    "tryCatch(while (TRUE) {}, finally = cat('tidied up\\n'))",
    "repeat SparkR:::callJStatic('java.lang.Math', 'abs', -9L)",
]


@pytest.fixture
def r(spark):
    return RControl(spark.control)


@pytest.mark.parametrize("code", BUSY)
def test_cancel_then_the_right_answers(r, code):
    r.text("kept <- 42")
    statement_id = r.begin_printing(code)
    began = time.monotonic()
    result = r.cancel(statement_id)
    assert time.monotonic() - began < 5
    assert result["state"] == "cancelled"
    assert result["output"]["evalue"] == "The statement was cancelled."
    assert result["output"]["traceback"][0] == "at work\n"
    assert r.text("kept + collect(sql('select 5 as n'))$n") == "[1] 47"


@pytest.mark.parametrize(
    "code",
    ["collect(sql('select sum(id % 7) from range(10000000000000)'))", "spark.lapply(1, function(x) Sys.sleep(1000))"],
)
def test_cancel_of_a_job(r, code):
    statement_id = r.begin_printing(code)
    seen = len(r.control.all("metrics"))
    r.control.wait_for(lambda: any(m["activeJob"] for m in r.control.all("metrics")[seen:]))
    assert r.cancel(statement_id)["state"] == "cancelled"
    assert r.control.text("list(sc.statusTracker().getActiveJobsIds())") == "[]"
    assert r.text("collect(sql('select 6 as n'))$n") == "[1] 6"


def test_cancel_frees_the_core_of_a_busy_worker(r, tmp_path):
    """The one core of these drivers: the next job needs it."""
    os.mkfifo(tmp_path / "begun")
    code = f"spark.lapply(1, function(x) {{ cat('1', file = '{tmp_path}/begun'); Sys.sleep(1000) }})"
    statement_id = r.begin(code)
    (tmp_path / "begun").read_bytes()  # returns once the task has opened the other end
    assert r.cancel(statement_id)["state"] == "cancelled"
    assert r.text("spark.lapply(1, function(x) x + 1)[[1]]") == "[1] 2"


def test_interrupted_call_to_the_jvm_answers_nobody(r):
    statement_id = r.begin_printing("SparkR:::callJStatic('java.lang.Thread', 'sleep', 1500L); 'wrong'")
    assert r.cancel(statement_id)["state"] == "cancelled"
    assert r.text("SparkR:::callJStatic('java.lang.Math', 'abs', -3L)") == "[1] 3"
    assert r.text("collect(sql('select 7 as n'))$n") == "[1] 7"


def test_cancel_at_any_moment(r):
    for number in range(30):
        statement_id = r.begin(f"for (i in 1:{number * 20000}) {{}}")
        assert r.cancel(statement_id)["state"] in ("available", "cancelled")
        assert r.text(str(number)) == f"[1] {number}"


def test_quitting_is_refused(r):
    r.text("kept <- 1")
    assert "does not end a session" in r.failure("q()")["evalue"]
    assert "does not end a session" in r.failure("quit('no')")["evalue"]
    assert r.text("kept") == "[1] 1"


@pytest.mark.parametrize("end", ["base::quit('no')", "tools::pskill(Sys.getpid(), 9); Sys.sleep(1000)"])
def test_r_that_ends_is_started_anew(r, end):
    former = r.process()
    output = r.failure(f"cat('before\\n'); {end}")
    assert output["ename"] == "InterpreterError"
    assert "the next statement starts a new R" in output["evalue"]
    assert output["traceback"] == ["before\n"]
    assert r.process() != former
    assert r.text("collect(sql('select 8 as n'))$n") == "[1] 8"


def test_killed_while_idle(r, spark):
    process = r.process()
    seen = spark.log().count("R has ended")
    os.kill(process, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while spark.log().count("R has ended") == seen:
        assert time.monotonic() < deadline, "the agent has not noticed"
        time.sleep(0.01)
    assert r.text("1") == "[1] 1"


def test_stray_signals_do_nothing(r, spark):
    for _ in range(5):
        os.kill(r.process(), signal.SIGINT)
        assert r.text("1") == "[1] 1"


def test_r_ends_with_an_agent_that_is_killed(spark):
    """The last test of the file: it ends the driver that the others share."""
    r = RControl(spark.control)
    process = r.process()
    agent = spark.control.hellos[0]["pid"]
    r.begin_printing("while (TRUE) {}")
    os.kill(agent, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{process}").exists():
        assert time.monotonic() < deadline, "R has outlived its agent"
        time.sleep(0.01)
    spark.wait()


def test_missing_sparkr_is_said(tmp_path):
    with spark_driver(kind="sparkr", environment={"EMBERLAB_SPARKR": str(tmp_path)}) as driver:
        message = driver.control.message("failed", timeout=240)["message"]
        assert f"EMBERLAB_SPARKR names {tmp_path}, where there is no package SparkR" in message
        assert driver.wait() == 1


def test_missing_r_fails_the_statement_of_a_shared_session():
    with spark_driver(kind="shared", environment={"SPARKR_DRIVER_R": "/nowhere/R"}) as driver:
        driver.control.ready(timeout=240)
        output = driver.control.output("1", KIND)
        assert output["ename"] == "InterpreterError"
        assert output["evalue"].startswith("Fail to start interpreter: the R that the settings name")
        assert driver.control.text("1 + 1") == "2"
