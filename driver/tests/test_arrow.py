"""Rows of DataFrames as Arrow files, in a real Spark driver of each version."""

import datetime
import decimal
import io
import json
import os
import socket

import pytest
from conftest import spark_driver

from emberlab_driver import arrow_stream

pa = pytest.importorskip("pyarrow")
pytestmark = pytest.mark.spark
MIME = "application/vnd.emberlab.arrow.v1+json"


@pytest.fixture
def control(spark):
    return spark.control


def submit(control, method="take", rows=None, **fields):
    return control.submit(json.dumps({"method": method, "rows": rows, **fields}), "arrow")


def bring(control, **fields):
    """The description and the table of a statement that must succeed."""
    statement_id = submit(control, **fields)
    output = control.result(statement_id, 90)["output"]
    assert output["status"] == "ok", output
    content = control.fetch(f"arrow/{statement_id}")
    described = output["data"][MIME]
    assert described["bytes"] == len(content)
    with pa.ipc.open_stream(io.BytesIO(content)) as reader:
        table = reader.read_all()
    table.validate(full=True)
    assert described["rows"] == table.num_rows
    assert [column["name"] for column in described["columns"]] == table.column_names
    return described, table, output["data"]["text/plain"]


def failure(control, **fields):
    output = control.result(submit(control, **fields))["output"]
    assert output["status"] == "error", output
    return output


VALUES = {
    "date'1850-01-31'": ("date", datetime.date(1850, 1, 31)),
    "timestamp'2020-01-31 01:02:03.000004 UTC'": (
        "timestamp",
        datetime.datetime(2020, 1, 31, 1, 2, 3, 4, datetime.timezone.utc),
    ),
    "timestamp_ntz'2020-01-31 01:02:03'": ("timestamp_ntz", datetime.datetime(2020, 1, 31, 1, 2, 3)),
    "12345678901234567890.123456BD": ("decimal(26,6)", decimal.Decimal("12345678901234567890.123456")),
    "9223372036854775807": ("decimal(19,0)", None),
    "cast(9223372036854775807 as bigint)": ("bigint", 9223372036854775807),
    "double('NaN')": ("double", None),
    "X'00ff'": ("binary", b"\x00\xff"),
    "cast(null as string)": ("string", None),
    "'漢🙂'": ("string", "漢🙂"),
    "array(1, null)": ("array<int>", [1, None]),
    "map('k', array(1.5D))": ("map<string,array<double>>", [("k", [1.5])]),
    "named_struct('a', 1, 'b', named_struct('c', 'd'))": (
        "struct<a:int,b:struct<c:string>>",
        {"a": 1, "b": {"c": "d"}},
    ),
    "true": ("boolean", True),
    "interval '1 02:03:04' day to second": ("interval day to second", datetime.timedelta(1, 7384)),
}  # fmt: skip


@pytest.mark.parametrize("rows", [10, None])
def test_types(control, rows):
    control.run("spark.conf.set('spark.sql.session.timeZone', 'Europe/Oslo')")
    expressions = [e for e in VALUES if e not in ("9223372036854775807", "double('NaN')")]
    described, table, text = bring(control, sql=f"SELECT {', '.join(expressions)}", rows=rows)
    assert [column["type"] for column in described["columns"]] == [VALUES[e][0] for e in expressions]
    assert list(table.to_pylist()[0].values()) == [VALUES[e][1] for e in expressions]
    assert table.schema[1].type == pa.timestamp("us", "Europe/Oslo")
    assert text.startswith(f"1 row of {len(expressions)} columns, ")


def test_what_is_not_said_of_the_rows_is_a_thousand_of_them(control):
    for asked, most in (({}, 1000), ({"fraction": 1}, 1000), ({"rows": None}, 3000)):
        statement_id = control.submit(json.dumps({"sql": "SELECT id FROM range(3000)", **asked}), "arrow")
        output = control.result(statement_id, 90)["output"]
        assert output["data"][MIME]["rows"] == most


def test_variables_of_python(control):
    control.run("frame = spark.createDataFrame([(1, 'a'), (None, 'b')], 'n int, s string')")
    _, table, _ = bring(control, variable="frame", kind="pyspark")
    assert table.to_pylist() == [{"n": 1, "s": "a"}, {"n": None, "s": "b"}]
    control.run("numbers = spark.range(9)")
    assert bring(control, variable="numbers", kind="pyspark", rows=2)[1].to_pylist() == [{"id": 0}, {"id": 1}]
    control.run("frame.createOrReplaceTempView('of_arrow')")
    assert bring(control, sql="SELECT count(*) c FROM of_arrow")[1].to_pylist() == [{"c": 2}]


@pytest.mark.parametrize("rows", [0, 1, 7, 150_000, None])
def test_numbers_of_rows(control, rows):
    described, table, _ = bring(control, sql="SELECT id, id * 2 d FROM range(0, 200000, 1, 13)", rows=rows)
    wanted = 200_000 if rows is None else rows
    assert described["rows"] == wanted
    assert sum(table["id"].to_pylist()) == wanted * (wanted - 1) // 2
    if rows is None:
        assert table["id"].to_pylist() == list(range(200_000))  # partitions in their order


def test_samples(control):
    query = "SELECT id FROM range(10000)"
    described, _, _ = bring(control, sql=query, method="sample", fraction=0.1)
    assert 500 < described["rows"] < 1500
    assert bring(control, sql=query, method="sample", fraction=0.5, rows=3)[0]["rows"] == 3


def test_shuffled_rows_and_equal_names(control):
    query = "SELECT a.id % 3 id, count(*) id FROM range(99) a JOIN range(99) b ON a.id = b.id GROUP BY 1 ORDER BY 1"
    _, table, _ = bring(control, sql=query)
    assert [column.to_pylist() for column in table.columns] == [[0, 1, 2], [33, 33, 33]]
    assert bring(control, sql="SELECT 1 a WHERE false")[1].num_rows == 0


@pytest.mark.parametrize(
    ("fields", "ename", "part"),
    [
        ({"sql": "SELECT nowhere"}, "AnalysisException", "nowhere"),
        ({"sql": "SELECT raise_error('on purpose')"}, "", "on purpose"),
        ({"variable": "absent", "kind": "pyspark"}, "InterpreterError", "no variable 'absent'"),
        ({"variable": "number", "kind": "pyspark"}, "InterpreterError", "of the type int, not a DataFrame"),
        ({"variable": "x", "kind": "cobol"}, "InterpreterError", "no statement of the kind 'cobol'"),
        ({}, "InterpreterError", "'variable'"),
        ({"sql": "SELECT 1", "method": "all"}, "InterpreterError", "'take' or 'sample'"),
        ({"sql": "SELECT 1", "rows": -1}, "InterpreterError", "negative"),
        ({"sql": "SELECT 1", "method": "sample", "fraction": 2}, "InterpreterError", "from 0 to 1"),
    ],
)
def test_faults(control, fields, ename, part):
    control.run("number = 5")
    output = failure(control, **fields)
    assert ename in output["ename"]
    assert part in output["evalue"]


def test_code_that_is_no_json(control):
    assert "JSON object" in control.output("df", "arrow")["evalue"]


def test_rows_above_the_limit(control):
    control.run("import emberlab_driver.arrow_stream as a; a.MAX_FILE_BYTES = 100_000")
    try:
        output = failure(control, sql="SELECT id, uuid() FROM range(100000)")
        assert (output["ename"], "larger than 97.7 KiB" in output["evalue"]) == ("OutputTooLarge", True)
        bring(control, sql="SELECT id FROM range(1000)")
    finally:
        control.run("a.MAX_FILE_BYTES = 1 << 30")


def test_cancelled_while_a_job_runs(control):
    statement_id = submit(control, sql="SELECT sum(id % 7) FROM range(10000000000000)")
    control.started(statement_id)
    seen = len(control.all("metrics"))
    control.wait_for(lambda: any(m["activeJob"] for m in control.all("metrics")[seen:]))
    control.send("cancel", id=statement_id)
    assert control.result(statement_id)["state"] == "cancelled"
    assert control.fetch(f"arrow/{statement_id}") is None
    assert bring(control, sql="SELECT 5 n")[1].to_pylist() == [{"n": 5}]


def test_the_last_five_are_kept_privately(control):
    ids = []
    for number in range(6):
        ids.append(submit(control, sql=f"SELECT {number} n"))
        control.result(ids[-1])
    failed = submit(control, sql="SELECT nowhere")
    control.result(failed)
    assert [control.fetch(f"arrow/{statement_id}") is not None for statement_id in ids] == [False] + [True] * 5
    assert control.fetch(f"arrow/{failed}") is None
    assert control.fetch("arrow/x") is None
    modes = control.text(
        "import glob, os, tempfile\n"
        "folders = glob.glob(tempfile.gettempdir() + '/emberlab-arrow-*')\n"
        "mine = [f for f in folders if os.stat(f).st_uid == os.getuid() and "
        f"os.path.exists(f + '/{ids[-1]}')]\n"
        "[oct(os.stat(p).st_mode & 0o777) for p in mine + glob.glob(mine[0] + '/*')]"
    )
    assert modes == str(["0o700"] + ["0o600"] * 5)


def test_the_files_go_with_the_session(tmp_path):
    with spark_driver(environment={"TMPDIR": str(tmp_path)}) as driver:
        control = driver.control
        control.ready(timeout=240)
        bring(control, sql="SELECT 1 a")
        assert any(name.startswith("emberlab-arrow-") for name in os.listdir(tmp_path))
        control.send("stop")
        driver.wait()
        assert not any(name.startswith("emberlab-arrow-") for name in os.listdir(tmp_path))


class Served:
    """The JVM's end of a socket that it serves from: raises what made it end too early."""

    def __init__(self, error=None):
        self._error = error

    def getResult(self):
        if self._error is not None:
            raise self._error


@pytest.mark.parametrize(
    ("sent", "error", "expected"),
    [
        (b"\0\0\0\3abc", None, None),
        (b"\0\0\0\3abc", ValueError("no memory"), ValueError),
        (b"\0\0\0\3abc\0\0", None, OSError),
        (b"\0\0\0\3abc\0\0\0\4ab", None, OSError),
    ],
)
def test_rows_that_end_too_early_are_no_result(monkeypatch, sent, error, expected):
    ours, theirs = socket.socketpair()
    theirs.sendall(sent)
    theirs.close()
    monkeypatch.setattr(arrow_stream, "_connect", lambda port, secret: (ours.makefile("rb"), ours))
    pieces = arrow_stream._received(0, "", Served(error))
    assert next(pieces) == b"abc"
    if expected is None:
        assert list(pieces) == []
        return
    with pytest.raises(expected):
        next(pieces)
