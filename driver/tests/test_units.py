"""Parts on their own: frames, back-off, bounded text, statements, configuration."""

import io
import os
import random
import struct

import pytest

from emberlab_driver import frames
from emberlab_driver.backoff import Backoff
from emberlab_driver.config import ConfigError, parse_config, read_config
from emberlab_driver.interrupts import InterruptGate
from emberlab_driver.monitor import summarize
from emberlab_driver.output_buffer import OutputBuffer, cut_text
from emberlab_driver.progress import StatementProgress
from emberlab_driver.spark import start_failure_message
from emberlab_driver.statements import Statements
from emberlab_driver.table import make_table
from emberlab_driver.transport import Endpoint


def unmask(frame):
    """`(first byte, payload)` of a client's frame, decoded byte by byte as the RFC describes it."""
    size, start = frame[1] & 0x7F, 2
    assert frame[1] & 0x80
    if size >= 126:
        width = 2 if size == 126 else 8
        size, start = int.from_bytes(frame[2 : 2 + width], "big"), 2 + width
    key, payload = frame[start : start + 4], frame[start + 4 :]
    assert len(payload) == size
    return frame[0], bytes(byte ^ key[index % 4] for index, byte in enumerate(payload))


@pytest.mark.parametrize("size", [0, 1, 3, 4, 5, 125, 126, 65535, 65536, 100_003])
def test_masked_frames(size):
    payload = os.urandom(size)
    assert unmask(frames.encode_frame(frames.BINARY, payload)) == (0x82, payload)
    assert unmask(frames.encode_frame(frames.TEXT, payload, final=False)) == (0x01, payload)


def read(data):
    return frames.read_frame(io.BytesIO(data).read)


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536])
def test_reads_all_lengths(size):
    length = bytes([size]) if size < 126 else b"\x7e" + struct.pack("!H", size) if size < 65536 else b""
    length = length or b"\x7f" + struct.pack("!Q", size)
    assert read(b"\x81" + length + b"x" * size) == (True, frames.TEXT, b"x" * size)


@pytest.mark.parametrize(
    "data",
    [
        b"\xc1\x00",  # a reserved bit
        b"\x81\x80\0\0\0\0",  # masked
        b"\x83\x00",  # an unknown opcode
        b"\x09\x00",  # a ping in fragments
        b"\x89\x7e\x00\x7e" + b"x" * 126,  # a long ping
        b"\x82\x7f" + struct.pack("!Q", 1 << 40),  # more than anyone may send
    ],
)
def test_refuses_broken_frames(data):
    with pytest.raises(frames.ProtocolError):
        read(data)


def test_joins_fragments():
    assembler = frames.MessageAssembler()
    assert assembler.add(False, frames.TEXT, b"a") is None
    assert assembler.add(False, frames.CONTINUATION, b"b") is None
    assert assembler.add(True, frames.CONTINUATION, b"c") == (frames.TEXT, b"abc")
    assert assembler.add(True, frames.BINARY, b"d") == (frames.BINARY, b"d")
    with pytest.raises(frames.ProtocolError):
        assembler.add(True, frames.CONTINUATION, b"e")
    assembler.add(False, frames.TEXT, b"f")
    with pytest.raises(frames.ProtocolError):
        assembler.add(True, frames.TEXT, b"g")


def test_close_payloads():
    assert frames.decode_close(frames.encode_close(1001, "bye")) == (1001, "bye")
    assert frames.decode_close(b"") == (1005, "")


def test_backoff():
    backoff = Backoff(uniform=lambda low, high: high)
    delays = [backoff.next_delay() for _ in range(8)]
    assert delays == [0.0, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0]
    backoff.reset()
    assert backoff.next_delay() == 0.0
    assert 0.05 <= [backoff.next_delay() for backoff in [Backoff()] for _ in range(2)][1] <= 0.1


@pytest.mark.parametrize("seed", range(20))
def test_bounded_text_keeps_both_ends(seed):
    rng = random.Random(seed)
    limit = rng.randrange(16, 400)
    whole = "".join(rng.choice("aéžж漢🙂\n") for _ in range(rng.randrange(1, 1500)))
    data = whole.encode()
    buffer, start = OutputBuffer(limit), 0
    while start < len(data):
        step = rng.randrange(1, 90)
        buffer.append(data[start : start + step])
        start += step
    for text in (buffer.text(), cut_text(whole, limit), buffer.text(max(8, limit // 2))):
        if len(data) <= limit and text == whole:
            continue
        head, mark, rest = text.partition("\n[... ")
        number, _, tail = rest.partition(" bytes of output are cut here ...]\n")
        assert mark and whole.startswith(head) and whole.endswith(tail)
        assert "\ufffd" not in text
        missing, total = (int(part.replace(",", "")) for part in number.split(" of "))
        assert (total, missing) == (len(data), len(data) - len((head + tail).encode()))


def test_statements_keep_their_order_and_states():
    store = Statements()
    assert [store.submit(number, "code", "pyspark") for number in (4, 5, 6)] == [True] * 3
    assert not store.submit(5, "other", "pyspark")
    first = store.take()
    assert (first.id, store.cancel(5, b"cancelled").state, store.cancel(4, b"").state) == (4, "ended", "running")
    assert store.cancel(5, b"") is None and store.cancel(99, b"") is None
    store.acknowledge(4)
    assert [held["state"] for held in store.held()] == ["running", "ended", "waiting"]
    store.finish(first, b"result")
    assert (store.results(), store.busy()) == ([b"result", b"cancelled"], True)
    assert store.take().id == 6
    store.acknowledge(4)
    assert store.results() == [b"cancelled"]
    assert store.close().id == 6
    assert store.take() is None
    assert not store.submit(7, "", "pyspark")


def test_interrupts_of_another_statement_do_nothing():
    gate = InterruptGate()
    assert gate.request(3) is False
    gate.checkpoint()


class Jobs:
    """Stands in for Spark: a table of jobs, and how often each was asked about."""

    def __init__(self):
        self.table = {}
        self.asked = []

    def job_ids(self, _statement_id):
        return list(self.table)

    def job(self, job_id):
        self.asked.append(job_id)
        status, completed, total, skipped = self.table[job_id]
        counts = {"numCompletedTasks": completed, "numTasks": total, "numSkippedTasks": skipped}
        return {"status": status, "name": "count", "stageIds": [10 * job_id, 10 * job_id + 1], **counts}

    def active_stages(self):
        return [self.stage(21, 4), self.stage(11, 2, "collect at Cell.scala:1"), self.stage(10, 6)]

    def stage(self, number, complete, name="x" * 200):
        counts = {"numTasks": 4, "numCompleteTasks": complete, "numActiveTasks": 1, "numFailedTasks": 0}
        return {"stageId": number, "name": name, **counts}


def test_progress_never_falls_and_asks_little():
    jobs = Jobs()
    progress = StatementProgress(jobs, 1)
    assert progress.poll() == 0.0
    jobs.table = {0: ("RUNNING", 2, 6, 2)}
    assert progress.poll() == 0.5
    assert progress.active_job == {"id": 0, "description": "count", "completedTasks": 2, "totalTasks": 4}
    jobs.table = {0: ("SUCCEEDED", 4, 6, 2), 1: ("RUNNING", 0, 12, 0)}
    assert progress.poll() == 0.5
    jobs.table[1] = ("RUNNING", 8, 12, 0)
    assert progress.poll() == 0.75
    assert jobs.asked == [0, 0, 1, 1]


def test_stages_are_those_of_the_statement_that_run():
    jobs = Jobs()
    progress = StatementProgress(jobs, 1)
    jobs.table = {0: ("SUCCEEDED", 4, 4, 0), 1: ("RUNNING", 8, 12, 0)}
    progress.poll()
    counts = {"totalTasks": 4, "activeTasks": 1, "failedTasks": 0}
    assert progress.stages == [
        # Tasks that were run twice are counted by Spark twice, and are one to whoever waits for them.
        {"id": 10, "name": "x" * 80, "completedTasks": 4, **counts},
        {"id": 11, "name": "collect", "completedTasks": 2, **counts},
    ]
    jobs.table[1] = ("SUCCEEDED", 12, 12, 0)
    progress.poll()
    assert progress.stages == []


def test_the_driver_counts_where_it_runs_tasks():
    driver = {"id": "driver", "isActive": True, "totalCores": 0, "memoryUsed": 5, "maxMemory": 9}
    executor = {"id": "1", "isActive": True, "totalCores": 4, "memoryUsed": 1, "maxMemory": 10}
    gone = {**executor, "isActive": False}
    expected = {"executors": 2, "cores": 8, "memoryUsedBytes": 2, "memoryTotalBytes": 20}
    assert summarize([driver, executor, gone, executor]) == expected


def test_tables():
    table = make_table([[1, None], [None, [True]], [3]])
    assert table["headers"] == [{"name": "0", "type": "INT_TYPE"}, {"name": "1", "type": "ARRAY_TYPE"}]
    assert table["data"] == [[1, None], [None, [True]], [3, None]]
    assert make_table([7, None])["data"] == [[7], [None]]
    assert make_table([]) == {"headers": [], "data": []}
    assert make_table([float("nan")])["data"] == [[None]]


def test_configuration(tmp_path):
    path = tmp_path / "config"
    path.write_text("{")
    with pytest.raises(ConfigError, match="not JSON"):
        read_config(path)
    assert not path.exists()
    with pytest.raises(ConfigError, match="sessionId must be a number; .*secret must be a string"):
        parse_config({"sessionId": "1"})


def test_endpoints():
    assert Endpoint("unix:/a/b.sock").path == "/a/b.sock"
    endpoint = Endpoint("wss://h/base/")
    assert (endpoint.address, endpoint.base, endpoint.secure, endpoint.host) == (("h", 443), "/base", True, "h")
    with pytest.raises(ValueError, match="agentUrl"):
        Endpoint("http://h")


def test_start_failures_are_one_sentence():
    error = ValueError("org.apache.spark.SparkException: no master\n\tat x")
    assert start_failure_message(error) == "Spark could not start: no master"
    assert start_failure_message(OSError()) == "Spark could not start: OSError"
