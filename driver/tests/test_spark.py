"""The agent in a real Spark driver, started by spark-submit."""

import os
import struct
import time

import pytest
from conftest import spark_driver

pytestmark = pytest.mark.spark


@pytest.fixture
def control(spark):
    return spark.control


def wait_for_job(control, statement_id):
    """Waits until a job of the statement is known to run, from the agent's own metrics."""
    control.started(statement_id)
    seen = len(control.all("metrics"))
    control.wait_for(lambda: any(m["activeJob"] for m in control.all("metrics")[seen:]))


def test_ready(control):
    application = control.ready()
    assert application["id"].startswith("local-")
    assert application["uiAvailable"] is True
    assert application["name"] == "Emberlab test"
    assert application["startedAt"] > 0


def test_names_are_defined(control):
    assert control.text("spark").startswith("<pyspark.sql.session.SparkSession object")
    assert control.text("sc.parallelize(range(10)).map(lambda x: x * 2).sum()") == "90"
    assert control.text("sqlContext.sql('select 7 as n').first().n") == "7"


def test_functions_of_cells_reach_the_executors(control):
    control.run("def triple(x): return offset + x * 3\noffset = 1")
    code = (
        "from pyspark.sql.functions import udf\n"
        "[r[0] for r in spark.range(3).select(udf(triple, 'long', useArrow=False)('id')).collect()]"
    )
    assert control.text(code) == "[1, 4, 7]"


def test_code_of_sparkmagic_sql(control):
    control.run("spark.createDataFrame([(1, 'ž')], ['n', 's']).createOrReplaceTempView('t')")
    code = (
        "import sys\n"
        'for yQeKOYBsFgLWWGWZJu3y in spark.sql(u"""SELECT * FROM t """).toJSON(use_unicode=(sys.version_info[0] > 2))'
        ".take(2500):\n"
        "    print(yQeKOYBsFgLWWGWZJu3y)"
    )
    assert control.text(code) == '{"n":1,"s":"ž"}'


def test_rows_as_a_table(control):
    data = control.output("rows = spark.sql('select 1 as b, \"x\" as a').collect()\n%table rows")["data"]
    assert data["application/vnd.livy.table.v1+json"]["data"] == [["x", 1]]


def test_spark_error_names_its_cause(control):
    output = control.output("spark.sql('select nowhere')")
    assert output["ename"] == "AnalysisException"
    assert "nowhere" in output["evalue"]


def test_progress_lies_between_and_never_falls(control):
    code = "import time\nsc.parallelize(range(6), 6).map(lambda x: time.sleep(0.4)).count()"
    statement_id = control.submit(code)
    assert control.result(statement_id)["output"]["status"] == "ok"
    values = [m["progress"] for m in control.all("progress", id=statement_id)]
    assert any(0 < value < 1 for value in values), values
    assert values == sorted(values)
    jobs = [m["activeJob"] for m in control.all("metrics") if m["activeJob"]]
    assert any(job["totalTasks"] == 6 and job["description"].startswith("import time") for job in jobs)


def test_metrics(control):
    metrics = control.message("metrics")
    assert (metrics["executors"], metrics["cores"]) == (1, 1)
    assert 0 <= metrics["memoryUsedBytes"] < metrics["memoryTotalBytes"]


def test_samples(control):
    first = control.message("sample")
    assert (first["executors"], first["cores"], first["executorHeapPeakBytes"]) == (1, 1, None)
    assert 0 < first["driverHeapUsedBytes"] < first["driverHeapMaxBytes"]
    seen = len(control.all("sample"))
    assert control.text("spark.range(1000).repartition(3).count()") == "1000"
    grown = ("completedTasks", "shuffleReadBytes", "shuffleWriteBytes", "taskMs")
    control.wait_for(lambda: any(all(m[name] > first[name] for name in grown) for m in control.all("sample")[seen:]))


def test_the_driver_is_the_executor_of_local_mode(control):
    (only,) = control.ask("executors")["value"]
    assert (only["id"], only["active"], only["cores"], only["logs"]) == ("driver", True, 1, ["stdout", "stderr"])
    assert only["addedAt"] > 0


@pytest.mark.parametrize(
    "code",
    [
        "spark.range(10**13).selectExpr('sum(id % 7)').collect()",
        "import time\nsc.parallelize([1]).map(lambda x: time.sleep(1000)).collect()",
    ],
)
def test_cancel_of_a_job_then_the_right_answers(control, code):
    control.run("kept = 42")
    statement_id = control.submit(code)
    wait_for_job(control, statement_id)
    began = time.monotonic()
    control.send("cancel", id=statement_id)
    result = control.result(statement_id)
    assert time.monotonic() - began < 2
    assert result["state"] == "cancelled"
    assert result["output"]["status"] == "error"
    for number in range(3):
        assert control.text(f"kept + sc.parallelize([{number}]).sum()") == str(42 + number)


def test_cancel_of_a_job_in_a_group_of_the_users(control, tmp_path):
    if control.text("hasattr(sc, 'addJobTag')") != "True":
        pytest.skip("this Spark has no job tags, by which such a job could be found")
    os.mkfifo(tmp_path / "begun")
    task = f"lambda x: (open({str(tmp_path / 'begun')!r}, 'w').close(), time.sleep(1000))"
    statement_id = control.submit(f"import time\nsc.setJobGroup('mine', '')\nsc.parallelize([1]).map({task}).collect()")
    (tmp_path / "begun").read_bytes()  # returns once the task has opened the other end
    control.send("cancel", id=statement_id)
    assert control.result(statement_id)["state"] == "cancelled"
    # Spark notes a job's end a moment after it has cancelled it.
    deadline = time.monotonic() + 30
    while control.text("list(sc.statusTracker().getActiveJobsIds())") != "[]":
        assert time.monotonic() < deadline


def test_each_statement_has_a_job_tag_of_its_own(control):
    if control.text("hasattr(sc, 'addJobTag')") != "True":
        pytest.skip("this Spark has no job tags")
    tags = "sorted(sc.getJobTags())"

    def number_of_only_tag():
        statement_id = control.submit(tags)
        (tag,) = eval(control.result(statement_id)["output"]["data"]["text/plain"])
        return int(tag.rpartition("-")[2]) - statement_id

    assert [number_of_only_tag() for _ in range(3)] == [0, 0, 0]
    control.run("sc.clearJobTags()")
    assert number_of_only_tag() == 0
    # An interrupted call leaves the main thread with another thread of the JVM, which has no tags.
    sleeping = control.submit("print('asleep')\nspark._jvm.java.lang.Thread.sleep(60000)")
    control.started(sleeping)
    control.send("cancel", id=sleeping)
    assert control.result(sleeping)["state"] == "cancelled"
    assert number_of_only_tag() == 0
    control.run("sc.addJobTag('mine')")
    assert control.text(f"'mine' in {tags} and len({tags})") == "2"
    control.run("sc.removeJobTag('mine')")


@pytest.mark.parametrize("delay", [0.0, 0.01, 0.1])
def test_interrupt_inside_a_call_to_the_jvm(control, delay):
    """The JVM answers the interrupted call later; the next statement must not take that for its own answer."""
    statement_id = control.submit("print('asleep')\nspark._jvm.java.lang.Thread.sleep(1500)\n'wrong'")
    control.started(statement_id)
    time.sleep(delay)  # the moment of the interrupt is what varies here
    control.send("cancel", id=statement_id)
    result = control.result(statement_id)
    assert result["state"] == "cancelled"
    assert result["output"]["ename"] == "KeyboardInterrupt"
    assert "Logging error" not in "".join(result["output"]["traceback"])
    assert control.text("[sc.parallelize([5]).sum(), spark._jvm.java.lang.Math.abs(-3)]") == "[5, 3]"
    assert control.text("import logging; logging.root.handlers") == "[]"


def test_a_broken_call_leaves_logging_alone(control):
    code = "sc._gateway._gateway_client.get_thread_connection().socket.shutdown(2)\n"
    assert control.text(code + "spark._jvm.java.lang.Math.abs(-3)") == "3"
    assert control.text("import logging; logging.root.handlers") == "[]"


def test_interrupts_in_a_storm_of_calls(control):
    """Interrupts at many different points of the Py4J protocol."""
    for number in range(8):
        statement_id = control.submit("while True: spark._jvm.java.lang.Math.abs(-9)")
        control.started(statement_id)
        time.sleep(number * 0.003)
        control.send("cancel", id=statement_id)
        assert control.result(statement_id)["state"] == "cancelled"
        assert control.text(f"spark._jvm.java.lang.Math.abs(-{number})") == str(number)


def test_tunnel_to_the_spark_ui(control):
    control.send_binary(struct.pack("!IB", 1, 0) + b"ui")
    control.send_binary(
        struct.pack("!IB", 1, 1) + b"GET /jobs/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )
    control.wait_for(lambda: any(frame[:2] == (1, 2) for frame in control.binary))
    page = b"".join(payload for stream, opcode, payload in control.binary if (stream, opcode) == (1, 1))
    control.send_binary(struct.pack("!IB", 1, 2))
    assert page.startswith(b"HTTP/1.1 200")
    assert b"Spark Jobs" in page
    assert b"parallelize" in page  # the descriptions are the code


def test_secret_and_module_path(spark, control):
    code = "import os, sys\n(os.environ, sys.argv, sc.getConf().getAll(), open('/proc/self/cmdline').read())"
    assert control.secret not in control.text(code)
    assert control.secret not in spark.log()
    assert control.text("sys.path[0]") == "''"
    assert control.text("[p for p in sys.path if p.rstrip('/').endswith('driver')]") == "[]"


def test_secrets_stay_with_the_agent(control):
    secret = control.text("print(sc._gateway.gateway_parameters.auth_token)")
    assert len(secret) > 20
    environment = control.text("import os\n_ = os.system('env')")
    assert "PATH=" in environment and secret not in environment
    assert "PYSPARK_GATEWAY" not in environment
    code = "import urllib.request as u\n"
    code += "for path in (f'/api/v1/applications/{sc.applicationId}/environment', '/environment/'):\n"
    pages = control.text(code + "  print(u.urlopen(sc.uiWebUrl + path).read().decode())")
    assert "spark.app.name" in pages
    assert secret not in pages and control.secret not in pages


def test_the_context_can_be_made_anew(control):
    """Its gateway is remembered, although the variables that named it are gone."""
    control.run("sc.stop()\nfrom pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()")
    assert control.text("sc = spark.sparkContext\nsc.parallelize([1, 2]).sum()") == "3"


def test_a_slow_stop_by_code_does_not_end_the_session(control):
    """The JVM calls its context stopped from the first moment of a stop on; the agent looks at it meanwhile."""
    code = """
import time
from pyspark.sql import SparkSession
class Slow:
    def __init__(self, java): self.java = java
    def __getattr__(self, name): return getattr(self.java, name)
    def stop(self):
        self.java.stop()
        time.sleep(3)
sc._jsc = Slow(sc._jsc)
sc.stop()
spark = SparkSession.builder.getOrCreate()
sc = spark.sparkContext
sc.parallelize([1, 2]).sum()"""
    assert control.text(code) == "3"
    assert control.text("sc.parallelize([2, 3]).sum()") == "5"


def test_failed_start_tells_why():
    with spark_driver({"spark.scheduler.mode": "BOGUS"}) as driver:
        message = driver.control.message("failed", timeout=240)
        assert "BOGUS" in message["message"] and "\n" not in message["message"]
        assert "Traceback" in message["detail"]
        assert driver.wait() == 1


def test_the_jvm_gone_ends_the_agent():
    with spark_driver() as driver:
        driver.control.ready(timeout=240)
        driver.control.submit("spark._jvm.java.lang.System.exit(3)")
        assert "JVM" in driver.control.message("bye")["reason"]
        assert driver.wait() == 3


def test_stop_while_a_job_runs(spark):
    """The last test of the file: it ends the driver that the others share."""
    control = spark.control
    statement_id = control.submit("spark.range(10**13).selectExpr('sum(id % 7)').collect()")
    wait_for_job(control, statement_id)
    began = time.monotonic()
    control.send("stop")
    assert spark.wait() == 0
    assert time.monotonic() - began < 5
    assert control.result(statement_id)["state"] == "cancelled"
    assert control.message("bye")
