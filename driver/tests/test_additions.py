"""Jars and files that are added to a running session, in a real Spark driver of each version."""

import functools
import http.server
import os
import subprocess
import threading
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.spark


@pytest.fixture
def control(spark):
    return spark.control


def add(control, as_what, uri):
    return control.ask("add", **{"as": as_what}, uri=str(uri))


@pytest.mark.parametrize("scheme", ["", "file:"])
def test_files(control, tmp_path, scheme):
    name = f"words{len(scheme)}.txt"
    (tmp_path / name).write_text("some words")
    assert add(control, "file", f"{scheme}{tmp_path / name}")["value"] is None
    read = f"lambda _: open(SparkFiles.get({name!r})).read()"
    assert control.text(f"from pyspark import SparkFiles\nsc.parallelize([1]).map({read}).first()") == "'some words'"


def test_python_files(control, tmp_path):
    (tmp_path / "added_module.py").write_text("def answer(_): return 42")
    with zipfile.ZipFile(tmp_path / "added.zip", "w") as archive:
        archive.writestr("added_package/__init__.py", "word = 'packed'")
    assert control.output("import added_module")["ename"] == "ModuleNotFoundError"
    for name in ("added_module.py", "added.zip"):
        assert add(control, "pyFile", tmp_path / name)["value"] is None
    assert control.text("import added_module\nsc.parallelize([1]).map(added_module.answer).first()") == "42"
    assert control.text("import added_package; added_package.word") == "'packed'"


def test_jars(control, tmp_path):
    source = tmp_path / "Added.java"
    source.write_text('package words; public class Added { public static String word() { return "from a jar"; } }')
    java_home = Path(control.text("print(spark._jvm.System.getProperty('java.home'))"))
    if not (java_home / "bin/javac").exists():
        pytest.skip("there is no Java compiler")
    subprocess.run([java_home / "bin/javac", "-d", tmp_path, "--release", "8", source], check=True, capture_output=True)
    with zipfile.ZipFile(tmp_path / "added.jar", "w") as jar:
        jar.write(tmp_path / "words/Added.class", "words/Added.class")
    assert add(control, "jar", tmp_path / "added.jar")["value"] is None
    assert control.text("spark._jvm.words.Added.word()") == "'from a jar'"
    assert control.text("spark.sql(\"SELECT reflect('words.Added', 'word') w\").first().w") == "'from a jar'"


@pytest.mark.parametrize("as_what", ["file", "pyFile", "jar"])
def test_what_is_not_there(control, tmp_path, as_what):
    error = add(control, as_what, tmp_path / "nothing.jar")["error"]
    assert "could not add" in error and str(tmp_path) in error and "\n" not in error
    assert "as 'archive'" in add(control, "archive", "x")["error"]
    assert control.text("1") == "1"


@pytest.mark.parametrize("as_what", ["file", "pyFile", "jar"])
def test_what_cannot_be_fetched_leaves_nothing_behind(control, as_what):
    # a port of this machine at which nobody listens
    error = add(control, as_what, f"http://127.0.0.1:1/{as_what}.jar")["error"]
    assert "could not add" in error and "\n" not in error
    assert control.text("sc.parallelize([1, 2]).map(lambda x: x + 1).sum()") == "5"
    lists = "sc._jsc.sc().listFiles().mkString(), sc._jsc.sc().listJars().mkString()"
    assert ":1/" not in control.text(f"print({lists})")


def test_a_file_that_differs_from_one_of_its_name_leaves_nothing_behind(control, tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same_name.txt").write_text(folder)
    assert add(control, "file", tmp_path / "one/same_name.txt")["value"] is None
    assert "could not add" in add(control, "file", tmp_path / "two/same_name.txt")["error"]
    read = "lambda _: open(SparkFiles.get('same_name.txt')).read()"
    assert control.text(f"from pyspark import SparkFiles\nsc.parallelize([1]).map({read}).first()") == "'one'"


def test_a_file_is_fetched_from_elsewhere(control, tmp_path):
    (tmp_path / "fetched.txt").write_text("from elsewhere")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            assert add(control, "file", f"http://127.0.0.1:{server.server_port}/fetched.txt")["value"] is None
            read = "lambda _: open(SparkFiles.get('fetched.txt')).read()"
            code = f"from pyspark import SparkFiles\nsc.parallelize([1]).map({read}).first()"
            assert control.text(code) == "'from elsewhere'"
        finally:
            server.shutdown()


@pytest.mark.parametrize("name", ["words.csv", "words.jar", "packed.bin"])
def test_what_is_not_a_jar_leaves_scala_as_it_is(control, tmp_path, name):
    if name == "packed.bin":
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("a", "b")
    else:
        (tmp_path / name).write_text("some words")
    assert "is not a jar" in add(control, "jar", tmp_path / name)["error"]
    assert control.run("1 + 1", kind="spark")["output"]["status"] == "ok"
    assert control.text("sc.parallelize([1]).count()") == "1"


def test_while_a_statement_runs(control, tmp_path):
    os.mkfifo(tmp_path / "gate")
    (tmp_path / "meanwhile.txt").write_text("meanwhile")
    code = "SparkFiles.get('meanwhile.txt')"
    statement_id = control.submit(f"from pyspark import SparkFiles\nopen({str(tmp_path / 'gate')!r}).read()\n{code}")
    assert add(control, "file", tmp_path / "meanwhile.txt")["value"] is None
    (tmp_path / "gate").write_text("go")
    assert control.result(statement_id)["output"]["status"] == "ok"


def test_completion_of_frames(control):
    control.run("frame = spark.createDataFrame([(1, 'a')], 'number int, `two words` string')")

    def complete(code):
        return control.ask("complete", kind="pyspark", code=code, cursor=len(code))["value"]["candidates"]

    assert complete("frame.numb") == ["number"]
    assert complete("frame['two") == ["two words"]
    assert "isNotNull" in complete("frame.number.isN")
    assert "select" in complete("spark.range(5).sele")
    assert "parquet" in complete("spark.read.parq")
    assert "groupBy" in complete("frame.filter('number > 1').select('number').group")
