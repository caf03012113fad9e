"""Statements of the kind sql in a real Spark driver, of each version."""

import pytest
from conftest import spark_driver

pytestmark = pytest.mark.spark
KIND = "sql"


@pytest.fixture
def control(spark):
    return spark.control


def query(control, code):
    """The schema and the rows of a statement that must succeed."""
    output = control.output(code, KIND)
    assert output["status"] == "ok", output
    assert list(output["data"]) == ["application/json"]
    result = output["data"]["application/json"]
    return result["schema"], result["data"]


def failure(control, code):
    output = control.output(code, KIND)
    assert (output["status"], output["ename"]) == ("error", "Error"), output
    assert isinstance(output["evalue"], str) and output["evalue"]
    assert all(line.endswith("\n") for line in output["traceback"])
    return output


def test_schema_and_rows(control):
    schema, data = query(control, "SELECT 1 a, 'x' b, cast(null as int) c")
    assert data == [[1, "x", None]]
    assert schema == {
        "type": "struct",
        "fields": [
            {"name": "a", "type": "integer", "nullable": False, "metadata": {}},
            {"name": "b", "type": "string", "nullable": False, "metadata": {}},
            {"name": "c", "type": "integer", "nullable": True, "metadata": {}},
        ],
    }


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("9223372036854775807", 9223372036854775807),
        ("1.50BD", 1.5),
        ("cast(12345678901234567890123456789 as decimal(38,0))", 12345678901234567890123456789),
        ("0.1D", 0.1),
        ("double('NaN')", None),
        ("float('-Infinity')", None),
        ("array(double('NaN'), 1D)", [None, 1.0]),
        ("date'2020-01-31'", "2020-01-31"),
        ("timestamp'2020-01-31 01:02:03 UTC'", "2020-01-31T01:02:03Z"),
        ("timestamp'2020-01-31 01:02:03.450 Europe/Oslo'", "2020-01-31T00:02:03.450Z"),
        ("timestamp'0001-01-01 00:00:00.000001 UTC'", "0001-01-01T00:00:00.000001Z"),
        ("timestamp_ntz'2020-01-31 01:02:03.5'", "2020-01-31T01:02:03.500"),
        ("array(1, null)", [1, None]),
        ("map('k', array(1))", {"k": [1]}),
        ("map(1, date'2020-01-31')", {"1": "2020-01-31"}),
        ("array(map(date'2020-01-31', 1))", [{"2020-01-31": 1}]),
        ("named_struct('n', 1, 'none', cast(null as string), 's', struct(float('NaN') x))",
         {"n": 1, "none": None, "s": {"x": None}}),
        ("X'007fff'", [0, 127, -1]),
        ("true", True),
        ("'NaN'", "NaN"),
        ("'žđ 漢 🙂'", "žđ 漢 🙂"),
        ("interval '1-2' year to month", "INTERVAL '1-2' YEAR TO MONTH"),
        ("cast(null as struct<a:int>)", None),
    ],
)  # fmt: skip
def test_values(control, expression, value):
    assert query(control, f"SELECT {expression}")[1] == [[value]]


def test_names_that_come_twice_or_hold_dots(control):
    schema, data = query(control, "SELECT 1 `a.b`, 2 a, 3 A, 4 a")
    assert [field["name"] for field in schema["fields"]] == ["a.b", "a", "A", "a"]
    assert data == [[1, 2, 3, 4]]


def test_a_thousand_rows_at_most(control):
    rows = query(control, "SELECT id FROM range(2000) ORDER BY id DESC;")[1]
    assert (len(rows), rows[0], rows[-1]) == (1000, [1999], [1000])


def test_commands_have_no_rows(control):
    assert query(control, "CREATE OR REPLACE TEMP VIEW made AS SELECT 7 n") == ({"type": "struct", "fields": []}, [])
    assert query(control, "SHOW TABLES")[1] == [["", "made", True]]
    assert control.text("spark.table('made').first().n") == "7"


def test_views_of_python(control):
    control.run("spark.range(3).createOrReplaceTempView('from_python')")
    assert query(control, "SELECT count(*) FROM from_python")[1] == [[3]]


@pytest.mark.parametrize("code", ["", "  -- nothing", "SELECT 1; SELECT 2", "SELEC 1"])
def test_what_is_not_one_statement(control, code):
    failure(control, code)


def test_errors_name_their_cause(control):
    output = failure(control, "SELECT nowhere FROM range(1)")
    assert output["evalue"].startswith("[UNRESOLVED_COLUMN") and "nowhere" in output["evalue"]
    assert any(line.startswith("\tat org.apache.spark") for line in output["traceback"])
    output = failure(control, "SELECT raise_error('bad luck')")
    assert "bad luck" in output["evalue"]


def test_progress_and_cancel(control):
    code = "SELECT sum(id % 7) FROM range(0, 10000000000000, 1, 4)"
    statement_id = control.submit(code, KIND)
    job = control.wait_for(
        lambda: next(
            (m["activeJob"] for m in control.all("metrics") if (m["activeJob"] or {}).get("description") == code), None
        )
    )
    assert job["totalTasks"] >= 4
    control.send("cancel", id=statement_id)
    result = control.result(statement_id)
    assert (result["state"], result["output"]["ename"]) == ("cancelled", "Error")
    assert query(control, "SELECT 1")[1] == [[1]]


def test_cancel_before_the_job_begins(control):
    """The query is interrupted while it is planned; its job must not take the only core for ever."""
    statement_id = control.submit("SELECT reflect('java.lang.Thread', 'sleep', 600000L)", KIND)
    control.started(statement_id)
    control.send("cancel", id=statement_id)
    assert control.result(statement_id)["state"] == "cancelled"
    assert query(control, "SELECT 1")[1] == [[1]]


def test_settings():
    with spark_driver({"spark.livy.rsc.sql.num-rows": "3"}, kind=KIND, outputLimitBytes=10_000) as driver:
        driver.control.ready(timeout=240)
        assert len(query(driver.control, "SELECT * FROM range(10)")[1]) == 3
        output = failure(driver.control, "SELECT repeat('x', 10000)")
        assert "10,000" in output["evalue"]
