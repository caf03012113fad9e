"""The list of executors and their logs, against a worker's pages as Spark serves them."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import SPARKS, spark_driver

from emberlab_driver import executor_log
from emberlab_driver.executor_log import MOST_BYTES, LogError, read_executor_log
from emberlab_driver.executors import describe_executors

SPARKS_DRIVER = {
    "id": "driver",
    "hostPort": "host:1",
    "isActive": True,
    "totalCores": 0,
    "memoryUsed": 3,
    "maxMemory": 9,
    "activeTasks": 0,
    "completedTasks": 0,
    "failedTasks": 0,
    "addTime": "2026-01-31T09:30:00.000GMT",
    "executorLogs": {},
}


def an_executor(number, **changes):
    return {**SPARKS_DRIVER, "id": str(number), "totalCores": 2, **changes}


@contextlib.contextmanager
def worker(answer):
    """A worker's web server; `answer(query)` is a status, a body and where it redirects to. Yields its address and what
    it was asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            status, body, location = answer(parse_qs(urlsplit(self.path).query))
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.end_headers()
            with contextlib.suppress(OSError):  # whoever asked may have heard enough
                self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def with_log(address):
    page = f"{address}/logPage/?appId=app-1&executorId=4&logType="
    return [an_executor(4, executorLogs={"stdout": f"{page}stdout", "stderr": f"{page}stderr"})]


def test_no_executor_runs_more_tasks_than_it_has_cores():
    answer = describe_executors([an_executor(1, activeTasks=3), an_executor(2, activeTasks=-1)])
    assert [executor["activeTasks"] for executor in answer] == [2, 0]


def test_the_executors_that_are_there_come_first():
    gone = {"isActive": False, "removeTime": "2026-01-31T09:31:00.250GMT", "removeReason": "Command exited with code 1"}
    logs = {"stdout": "http://w/logPage/", "stderr": "http://w/logPage/", "other": "http://w/"}
    all_of_them = [SPARKS_DRIVER, an_executor(10), an_executor(2, **gone), an_executor(9, executorLogs=logs)]
    answer = describe_executors(all_of_them)
    assert [executor["id"] for executor in answer] == ["9", "10", "2"]
    assert answer[0]["logs"] == ["stdout", "stderr"]
    assert answer[0]["pages"] == {"stdout": "http://w/logPage/", "stderr": "http://w/logPage/"}
    assert answer[0]["addedAt"] == 1769851800000
    assert (answer[0]["removedAt"], answer[0]["removeReason"]) == (None, None)
    assert answer[2]["removedAt"] == 1769851860250
    assert answer[2]["removeReason"] == "Command exited with code 1"


def test_the_driver_is_the_executor_where_it_runs_the_tasks():
    (only,) = describe_executors([{**SPARKS_DRIVER, "totalCores": 4}])
    assert (only["id"], only["cores"], only["logs"]) == ("driver", 4, ["stdout", "stderr"])


def test_a_piece_of_a_log_is_what_the_worker_has():
    def answer(query):
        offset = query.get("offset", ["90"])[0]
        return 200, f"==== Bytes {offset}-100 of 100 of /work/app-1/4/stderr ====\nžluť\n".encode(), None

    with worker(answer) as (address, asked):
        end = read_executor_log(with_log(address), "4", "stderr", None, 10)
        part = read_executor_log(with_log(address), "4", "stdout", 40, MOST_BYTES * 2)
    assert end == {"text": "žluť\n", "from": 90, "to": 100, "total": 100}
    assert part["from"] == 40
    assert asked == [
        "/log/?appId=app-1&executorId=4&logType=stderr&byteLength=10",
        f"/log/?appId=app-1&executorId=4&logType=stdout&offset=40&byteLength={MOST_BYTES}",
    ]


def test_a_piece_of_a_log_is_what_a_node_manager_of_yarn_has():
    log = b"".join(b"line %06d\n" % number for number in range(20_000))

    def answer(query):
        last = log[int(query["size"][0]) :]
        heading = b"LogAggregationType: LOCAL\n====\nLogType:stderr\nLogLength:%d\nLogContents:\n" % len(log)
        return 200, heading + last + b"\nEnd of LogType:stderr\n", None

    with worker(answer) as (address, asked):
        page = f"{address}/node/containerlogs/container_1_0001_01_000002/ada/stderr?start=-4096"
        known = [an_executor(4, executorLogs={"stderr": page})]
        end = read_executor_log(known, "4", "stderr", None, 12)
        part = read_executor_log(known, "4", "stderr", 24, 24)
        beyond = read_executor_log(known, "4", "stderr", 10**9, 24)
    assert end == {"text": "line 019999\n", "from": 239_988, "to": 240_000, "total": 240_000}
    assert part == {"text": "line 000002\nline 000003\n", "from": 24, "to": 48, "total": 240_000}
    assert beyond == {"text": "", "from": 240_000, "to": 240_000, "total": 240_000}
    assert asked[0] == "/ws/v1/node/containerlogs/container_1_0001_01_000002/stderr?size=-1"


def test_a_program_reads_one_for_the_control_plane():
    def ask(page):
        question = {"executor": "4", "stream": "stderr", "page": page, "from": None, "size": 10}
        program = Path(executor_log.__file__)
        done = subprocess.run(
            [sys.executable, "-I", program, json.dumps(question)], check=True, capture_output=True, text=True
        )
        return json.loads(done.stdout)

    with worker(lambda _: (200, b"==== Bytes 1-3 of 3 of /work/stderr ====\nok", None)) as (address, _):
        assert ask(f"{address}/logPage/?logType=stderr") == {"text": "ok", "from": 1, "to": 3, "total": 3}
        assert "keeps this log itself" in ask(f"{address}/elsewhere")["error"]


def test_no_other_address_is_asked():
    with worker(lambda _: (200, b"secret", None)) as (inside, asked):
        with (
            worker(lambda _: (302, b"", f"{inside}/log/")) as (address, _),
            pytest.raises(LogError, match="answered 302"),
        ):
            read_executor_log(with_log(address), "4", "stderr", None, 10)
        strange = [an_executor(4, executorLogs={"stderr": f"{inside}/node/containerlogs/stderr"})]
        with pytest.raises(LogError, match="keeps this log itself"):
            read_executor_log(strange, "4", "stderr", None, 10)
        with pytest.raises(LogError, match="no executor 5"):
            read_executor_log(strange, "5", "stderr", None, 10)
        with pytest.raises(LogError, match="no address of the stdout"):
            read_executor_log(strange, "4", "stdout", None, 10)
    assert asked == []


def test_an_answer_that_is_no_log_or_too_much_is_refused():
    with (
        worker(lambda _: (200, b"Error: Log type must be one of stdout", None)) as (address, _),
        pytest.raises(LogError, match="did not answer as"),
    ):
        read_executor_log(with_log(address), "4", "stderr", None, 10)
    endless = b"==== Bytes 0-9 of 9 of /x ====\n" + b"x" * 4 * MOST_BYTES
    with (
        worker(lambda _: (200, endless, None)) as (address, _),
        pytest.raises(LogError, match="more than it was asked for"),
    ):
        read_executor_log(with_log(address), "4", "stderr", None, 10)


def test_a_worker_that_is_gone_is_named():
    with worker(lambda _: (200, b"", None)) as (address, _):
        executors = with_log(address)
    with pytest.raises(LogError, match=r"executor 4 does not answer at 127\.0\.0\.1: it may be gone"):
        read_executor_log(executors, "4", "stderr", None, 10)


@pytest.mark.spark
@pytest.mark.parametrize("version", SPARKS)
def test_an_executor_of_a_real_worker(version, tmp_path, monkeypatch):
    home = os.environ.get(SPARKS[version])
    if not home:
        pytest.skip(f"{SPARKS[version]} names no Spark to test with")
    # Workers write into Spark's home.
    for entry in Path(home).iterdir():
        (tmp_path / entry.name).symlink_to(entry.resolve())
    monkeypatch.setenv(SPARKS[version], str(tmp_path))
    cluster = {"spark.master": "local-cluster[1,2,1024]", "spark.executor.memory": "512m"}
    with spark_driver(settings=cluster, version=version) as driver:
        control = driver.control
        control.ready(timeout=240)
        say = "import os\nsc.parallelize([1], 1).foreach(lambda _: os.write(2, b'said by the executor\\n'))"
        assert control.output(say)["status"] == "ok"
        (executor,) = control.ask("executors")["value"]
        assert (executor["id"], executor["cores"], executor["logs"]) == ("0", 2, ["stdout", "stderr"])
        question = {"executor": "0", "stream": "stderr", "from": None, "size": 100_000}
        log = control.ask("executorLog", **question)["value"]
        assert "said by the executor\n" in log["text"]
        part = control.ask("executorLog", **{**question, "from": log["from"] + 3, "size": 7})["value"]
        assert part == {
            "text": log["text"][3:10],
            "from": log["from"] + 3,
            "to": log["from"] + 10,
            "total": part["total"],
        }
        control.wait_for(lambda: any(m["completedTasks"] for m in control.all("sample")))
