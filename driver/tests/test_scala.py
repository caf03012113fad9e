"""Statements of the kind spark (Scala) in a real Spark driver, of each version."""

import json
import shutil
import subprocess
import time

import pytest
from conftest import spark_driver

pytestmark = pytest.mark.spark
KIND = "spark"
# Compilers are slow to begin with, and several tests may share a small machine.
WAIT = 120
SQL = 'spark.sql("""SELECT id, \'ž\' AS s FROM range(3) """).toJSON'


@pytest.fixture
def control(spark):
    return spark.control


def text(control, code):
    output = control.run(code, KIND, WAIT)["output"]
    assert output["status"] == "ok", output
    return output["data"]["text/plain"]


def failure(control, code, ename="Error"):
    output = control.run(code, KIND, WAIT)["output"]
    assert output["status"] == "error", output
    assert output["ename"] == ename, output
    assert isinstance(output["evalue"], str)
    assert all(line.endswith("\n") for line in output["traceback"])
    return output


def test_first_result_and_names(control):
    """The first test of the module: nothing that the agent itself has run took a name."""
    assert text(control, "1+1") == "res0: Int = 2\n"
    assert text(control, "val x = 1\nx + 1") == "x: Int = 1\nres1: Int = 2\n"
    assert text(control, "(spark.range(3).count, sc.parallelize(1 to 4).sum, sqlContext.range(2).count)").endswith(
        "= (3,10.0,2)\n"
    )
    assert "Long = 6" in text(
        control, 'spark.range(4).as[Long].agg(sum($"id")).as[Long].head + sql("SELECT 1").count - 1'
    )


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("", ""),
        ("// nothing\n", ""),
        ("import scala.util.Try", "import scala.util.Try\n"),
        ("println(\"a\")\nConsole.println(\"b\")\nSystem.out.println(\"ž 🙂\")", "a\nb\nž 🙂\n"),
        ("print(\"  left\"); System.err.print(\"wrong\")", "  leftwrong"),
        ("val a1 = 1\nprintln(\"between\")\nval a2 = 2", "a1: Int = 1\nbetween\na2: Int = 2\n"),
        ("{ val t = new Thread(() => println(\"thread\")); t.start(); t.join() }", "thread\n"),
        ("if (x > 5) println(\"more\")\nelse\n  println(\"less\")", "less\n"),
        ("List(1, 2)\n  .map(_ + 1)\n  .foreach(println)", "2\n3\n"),
        ("val s1 = \"\"\"\n%json is no magic here\n\"\"\".trim", "s1: String = %json is no magic here\n"),
        ("val b1 = 1; val b2 = 2", "b1: Int = 1\nb2: Int = 2\n"),
        ("/* a\nb */ println(1)\r\nprintln(2)", "1\n2\n"),
    ],
)  # fmt: skip
def test_text(control, code, expected):
    control.run("val x = 1", KIND)
    assert text(control, code) == expected


def test_a_class_and_its_dataset_in_one_cell(control):
    code = """
case class Point(a: Int, b: String)
val points = Seq(Point(1, "x"), Point(2, "y")).toDS
points.map(_.a * 2).collect.sum"""
    assert text(control, code).endswith("Int = 6\n")
    code = (
        "class Meter(val n: Int)\nobject Meter { implicit def of(n: Int): Meter = new Meter(n) }\nval m: Meter = 5\nm.n"
    )
    assert text(control, code).endswith("Int = 5\n")


def test_a_class_behind_characters_that_java_counts_twice(control):
    code = f"""
val faces = "{"🙂漢" * 40}"
case class Face(a: String)
val face = Seq(Face(faces)).toDS
face.map(_.a.codePointCount(0, faces.length)).collect.sum"""
    assert text(control, code).endswith("Int = 80\n")


def test_code_of_sparkmagic_sql(control):
    assert text(control, SQL + ".take(2).foreach(println)") == '{"id":0,"s":"ž"}\n{"id":1,"s":"ž"}\n'
    assert len(text(control, SQL + ".sample(false, 1.0).collect.foreach(println)").splitlines()) == 3


def test_views_go_round(control):
    text(control, 'spark.range(5).createOrReplaceTempView("from_scala")')
    assert control.text("spark.table('from_scala').count()") == "5"
    assert control.output("SELECT count(*) FROM from_scala", "sql")["data"]["application/json"]["data"] == [[5]]
    control.run("spark.range(7).createOrReplaceTempView('from_python')")
    assert text(control, 'spark.table("from_python").count').endswith("Long = 7\n")


def test_failures(control):
    output = failure(control, 'println("before")\nval kept = 8\n1/0\nprintln("after")')
    assert output["evalue"] == "java.lang.ArithmeticException: / by zero"
    assert output["traceback"][:2] == ["before\n", "kept: Int = 8\n"]
    assert any("elided" in line or "\tat" in line or "  at" in line for line in output["traceback"])
    assert "after\n" not in output["traceback"]
    assert text(control, "kept").endswith("Int = 8\n")
    assert "error: type mismatch" in failure(control, 'val n: Int = "text"')["evalue"]
    assert "error: not found: value nowhere" in failure(control, "nowhere")["evalue"]
    output = failure(control, 'println("not run")\nval x = (')
    assert (output["evalue"], output["traceback"]) == ("incomplete statement", [])
    assert "error: " in failure(control, 'println("not run")\nval )')["evalue"]
    assert "bad luck" in failure(control, 'throw new Exception("bad luck")')["evalue"]
    assert "nowhere" in failure(control, 'spark.sql("SELECT nowhere")')["evalue"]


@pytest.mark.parametrize(
    ("code", "evalue"),
    [
        ("def deep(n: Int): Int = 1 + deep(n + 1)\ndeep(0)", "java.lang.StackOverflowError"),
        ("Array.fill(100)(new Array[Long](1 << 27))", "java.lang.OutOfMemoryError"),
        ("throw new InterruptedException(\"mine\")", "java.lang.InterruptedException"),
        ("sc.parallelize(1 to 2).map(1 / _).map(n => 1 / (n - 1)).sum", "org.apache.spark.SparkException"),
    ],
)  # fmt: skip
def test_the_session_outlives(control, code, evalue):
    assert failure(control, code)["evalue"].startswith(evalue)
    assert text(control, "40 + 2").endswith("Int = 42\n")


def magic(control, line):
    output = control.run(line, KIND, WAIT)["output"]
    assert output["status"] == "ok", output
    return output["data"]


def test_json(control):
    text(control, 'val v = Map("a" -> Seq(Some(1), None), "b" -> 0.0 / 0)\nval other = 5')
    assert magic(control, "%json v") == {"application/json": {"a": [1, None], "b": None}}
    text(control, 'case class Pair(n: Int, s: String)\nval pair = Pair(1, "x")')
    assert magic(control, "%json pair") == {"application/json": {"n": 1, "s": "x"}}
    text(control, "val rdd = sc.parallelize(1 to 50)")
    assert magic(control, "val changed = 1\n%json rdd")["application/json"] == list(range(1, 11))


def test_table(control):
    text(control, 'val rows = Seq((1, 2L, "x"), (3, 4L, null))')
    data = magic(control, "%table rows")
    names = ["_1", "_2", "_3"]
    types = ["INT_TYPE", "BIGINT_TYPE", "STRING_TYPE"]
    assert data["application/vnd.livy.table.v1+json"] == {
        "headers": [{"name": name, "type": kind} for name, kind in zip(names, types)],
        "data": [[1, 2, "x"], [3, 4, None]],
    }
    assert data["text/plain"].startswith("_1  _2  _3\n1   2   x")
    text(control, "val frame = spark.sql(\"SELECT 1 AS a, 'y' AS b\").collect")
    assert magic(control, "%table frame")["application/vnd.livy.table.v1+json"]["data"] == [[1, "y"]]
    assert "BOOLEAN_TYPE" in failure(control, "val mixed = Seq(Seq(1), Seq(true))\n%table mixed")["evalue"]


def test_magics_that_fail(control):
    assert failure(control, "%json zzz", "NameError")["evalue"] == "Value zzz does not exist"
    assert failure(control, "%foo", "UnknownMagic")["evalue"] == "Unknown magic command foo"
    assert failure(control, "%", "UnknownMagic")["evalue"] == "magic command not specified"
    assert failure(control, "%json")["evalue"] == "%json needs the name of a value"


def test_output_is_shown_while_it_runs_and_is_bounded(control):
    statement_id = control.submit('while (true) println("x" * 1000)', KIND)
    assert "xxx" in control.message("output", id=statement_id)["text"]
    control.wait_for(lambda: control.all("output", id=statement_id)[-1]["from"] > 30_000_000)
    control.send("cancel", id=statement_id)
    result = control.result(statement_id, WAIT)
    assert result["state"] == "cancelled"
    assert result["output"]["evalue"] == "The statement was cancelled."
    assert sum(map(len, result["output"]["traceback"])) < 9 * 1024 * 1024
    assert text(control, "1").endswith("Int = 1\n")


@pytest.mark.parametrize(
    "code",
    [
        "while (true) {}",
        "Thread.sleep(1000000)",
        "def forever(n: Long): Long = if (n < 0) n else forever((n + 1) % 1000)\nforever(0)",
        "while (true) try Thread.sleep(1000) catch { case _: InterruptedException => }",
        'spark.range(10000000000000L).selectExpr("sum(id % 7)").collect',
    ],
)
def test_cancel(control, code):
    text(control, "var kept = 42")
    statement_id = control.submit('kept = 43\nprintln("begun")\n' + code, KIND)
    control.message("output", id=statement_id)
    control.send("cancel", id=statement_id)
    result = control.result(statement_id, WAIT)
    assert (result["state"], result["output"]["status"]) == ("cancelled", "error"), result
    assert result["output"]["ename"] == "Error"
    # What waits for a job may end by itself, once that is cancelled, before it is interrupted.
    assert "cancelled" in result["output"]["evalue"]
    assert "begun\n" in result["output"]["traceback"]
    assert text(control, "kept").endswith("Int = 43\n")
    assert text(control, "sc.parallelize(1 to 3).sum").endswith("Double = 6.0\n")


def test_cancel_waits_for_the_initializer_of_a_class(control):
    """One that fails would leave the class broken for as long as the driver lives: that of Hadoop's FileSystem, say,
    which the first query of a session runs."""
    code = """
    val source = "public class Slow { static { try { Thread.sleep(3000); } catch (InterruptedException error) " +
      "{ throw new RuntimeException(error); } } public static int answer() { return 42; } }"
    val compiler = new org.codehaus.janino.SimpleCompiler
    compiler.cook(source)
    """
    text(control, code)
    ask = 'Class.forName("Slow", true, compiler.getClassLoader).getMethod("answer").invoke(null)'
    statement_id = control.submit(f'println("begun")\n{ask}\nThread.sleep(1000000)', KIND)
    control.message("output", id=statement_id)
    control.send("cancel", id=statement_id)
    assert control.result(statement_id, WAIT)["state"] == "cancelled"
    assert text(control, ask).endswith("= 42\n")


def test_progress(control):
    code = "sc.parallelize(1 to 6, 6).map { n => Thread.sleep(400); n }.count"
    statement_id = control.submit(code, KIND)
    assert control.result(statement_id, WAIT)["output"]["status"] == "ok"
    values = [message["progress"] for message in control.all("progress", id=statement_id)]
    assert any(0 < value < 1 for value in values), values
    assert values == sorted(values)


def test_a_jar_that_is_added(spark, control, tmp_path):
    if shutil.which("javac") is None:
        pytest.skip("there is no javac to make a jar with")
    source = tmp_path / "tiny" / "Answer.java"
    source.parent.mkdir()
    source.write_text("package tiny; public class Answer { public static int of(int n) { return n * 42; } }")
    subprocess.run(["javac", "--release", "8", "-nowarn", "-d", tmp_path / "classes", source], check=True)
    subprocess.run(["jar", "cf", tmp_path / "tiny.jar", "-C", tmp_path / "classes", "."], check=True)
    failure(control, "tiny.Answer.of(1)")
    answer = control.ask("add", uri=str(tmp_path / "tiny.jar"), **{"as": "jar"})
    assert answer.get("error") is None
    assert text(control, "tiny.Answer.of(1)").endswith("Int = 42\n")
    assert text(control, "sc.parallelize(1 to 2).map(n => tiny.Answer.of(n)).sum").endswith("Double = 126.0\n")


def test_completion(control):
    def complete(code):
        value = control.ask("complete", kind=KIND, code=code, cursor=len(code))["value"]
        return value["candidates"], value["start"], value["end"]

    def found(code, word):
        """The answer that has the word: one that takes too long is empty, as the first of all may be."""
        deadline = time.monotonic() + WAIT
        while True:
            answer = complete(code)
            if word in answer[0] or time.monotonic() > deadline:
                return answer

    assert found("val n = 1\nspark.ver", "version") == (["version"], 16, 19)
    assert found("// 🙂🙂🙂\nspark.ver", "version") == (["version"], 13, 16)
    text(control, "val someNameOfMine = 1")
    assert "someNameOfMine" in found("someNa", "someNameOfMine")[0]
    assert "emberlabValue" not in complete("emb")[0]


def test_inspection_and_variables(control):
    def about(code):
        """What is known of the code's end: the first answers of a cold compiler may come too late."""
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            answer = control.ask("inspect", kind=KIND, code=code, cursor=len(code))["value"]["text"]
            if answer is not None:
                return answer
        return None

    text(control, 'val aNumber = 6; var aText = "ž"; lazy val late: Int = sys.error("no"); def twice(n: Int) = 2 * n')
    text(control, "val aFrame = spark.range(3).toDF(); class Plain; val plain = new Plain")
    assert "Int" in about("aNumber")
    assert "Dataset" in about("spark.range(3).where")
    assert "Int" in about("twice")
    listed = control.ask("variables", kind=KIND)["value"]["variables"]
    mine = {one["name"]: (one["type"], one["value"]) for one in listed}
    assert mine["aNumber"] == ("Int", "6")
    assert mine["aText"] == ("String", "'ž'")
    assert mine["late"] == ("Int", "")
    assert mine["aFrame"][0] in ("DataFrame", "Dataset") and mine["aFrame"][1] == "id:bigint"
    assert mine["plain"] == ("Plain", "")
    assert not {"twice", "spark", "sc", "Plain"} & set(mine)


def test_a_job_that_is_planned_for_long_after_its_statement_was_cancelled(control):
    """It never gets the only core, or not for long."""
    rule = """
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan
import org.apache.spark.sql.catalyst.rules.Rule
object Slow extends Rule[LogicalPlan] {
  def apply(plan: LogicalPlan): LogicalPlan = {
    val end = System.nanoTime + 4000000000L
    if (plan.output.exists(_.name == "slowly")) while (System.nanoTime < end) {}
    plan
  }
}
spark.experimental.extraOptimizations = Seq(Slow)"""
    text(control, rule)
    try:
        endless = "SELECT sum(id % 7) AS slowly FROM range(0, 10000000000000, 1, 4)"
        statement_id = control.submit(endless, "sql")
        control.started(statement_id)
        control.send("cancel", id=statement_id)
        assert control.result(statement_id, timeout=WAIT)["state"] == "cancelled"
        plans = "any('Slow$' in thread.toString() for thread in sc._jvm.org.apache.spark.util.Utils.getThreadDump())"
        deadline = time.monotonic() + WAIT
        while control.text(plans).strip() == "True":
            assert time.monotonic() < deadline
        assert control.run("SELECT 1", "sql", WAIT)["output"]["status"] == "ok"
    finally:
        text(control, "spark.experimental.extraOptimizations = Nil")


def test_frames_of_scala_as_arrow(control):
    text(control, 'val counted = spark.range(3).toDF("n")\nval number = 1')
    request = {"variable": "counted", "kind": KIND, "method": "take", "rows": None}
    output = control.run(json.dumps(request), "arrow", WAIT)["output"]
    assert output["data"]["application/vnd.emberlab.arrow.v1+json"]["rows"] == 3
    for name, said in (("number", "no DataFrame"), ("nowhere", "no variable")):
        output = control.run(json.dumps({**request, "variable": name}), "arrow", WAIT)["output"]
        assert said in output["evalue"]


def test_threads_that_go_on(control):
    """They do not keep the driver from its end, which is checked when the module's driver is stopped."""
    code = "new Thread(() => while (true) Thread.sleep(1000)).start()"
    assert text(control, code) == ""


def test_lazy_start_and_exit():
    """Scala starts in a session of another kind, and ends the driver where code says so."""
    with spark_driver() as driver:
        driver.control.ready(timeout=240)
        assert driver.control.run("21 * 2", KIND, 240)["output"]["data"]["text/plain"] == "res0: Int = 42\n"
        driver.control.submit("sys.exit(3)", KIND)
        assert driver.wait() != 0
