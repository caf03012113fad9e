"""Python statements, through a whole agent without Spark."""

import base64

import pytest


@pytest.fixture
def control(plain):
    return plain.control


def failure(control, code):
    output = control.output(code)
    assert output["status"] == "error", output
    assert all(line.endswith("\n") for line in output["traceback"])
    return output


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("1 + 1", "2"),
        ("print('a')\n1\n2", "a\n2"),
        ("x = 1", ""),
        ("", ""),
        ("print('  a  ')", "  a"),
        ("import sys\nsys.stderr.write('e')\nprint('o')", "o\ne"),
        ("None", ""),
        ("1 +\\\r\n1", "2"),
        ("__name__", "'__main__'"),
        ("print('žđ 漢 🙂')", "žđ 漢 🙂"),
        ("import sys; sys.stdout.encoding", "'utf-8'"),
        ("def f(): return 1\nimport inspect\nprint(inspect.getsource(f))", "def f(): return 1"),
        ("import pickle; pickle.loads(pickle.dumps(f)) is f", "True"),
        ("class P:\n  def __repr__(self): return 'P!'\nP()", "P!"),
    ],
)
def test_text(control, code, text):
    result = control.run(code)
    number = result["id"]
    assert result["output"] == {"status": "ok", "execution_count": number, "data": {"text/plain": text}}
    assert result["state"] == "available"
    assert 0 < result["startedAt"] <= result["completedAt"]


def test_future_imports_hold_for_later_cells(control):
    control.text("from __future__ import annotations")
    assert control.text("def g(x: nowhere): pass\ng.__annotations__") == "{'x': 'nowhere'}"


def test_undefined_name(control):
    output = failure(control, "1\nmissing")
    assert (output["ename"], output["evalue"]) == ("NameError", "name 'missing' is not defined")
    assert output["traceback"][0] == "Traceback (most recent call last):\n"
    assert output["traceback"][-1] == "NameError: name 'missing' is not defined\n"
    assert "    missing\n" in output["traceback"]
    assert "emberlab" not in "".join(output["traceback"])


def test_output_before_a_failure_comes_first(control):
    output = failure(control, "print('kept')\n1/0")
    assert output["traceback"][:2] == ["kept\n", "Traceback (most recent call last):\n"]
    assert output["traceback"][-1] == "ZeroDivisionError: division by zero\n"


def test_trace_of_an_earlier_cell_shows_its_lines(control):
    control.run("def broken():\n    return {}['key']  # the culprit")
    assert "    return {}['key']  # the culprit\n" in failure(control, "broken()")["traceback"]


def test_syntax_error_runs_nothing(control):
    output = failure(control, "print('never')\nx = = 1")
    assert output["ename"] == "SyntaxError"
    assert not any(line == "never\n" for line in output["traceback"])
    assert any(line.strip() == "^" for line in output["traceback"])


@pytest.mark.parametrize(
    ("code", "ename"),
    [
        ("raise SystemExit(3)", "SystemExit"),
        ("exit()", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("input('name?')", "EOFError"),
        ("compile('(', '', 'exec')", "SyntaxError"),
        ("def r(): r()\nr()", "RecursionError"),
        ("class E(Exception):\n  def __str__(self): raise ValueError\nraise E()", "E"),
        ("class R:\n  def __repr__(self): raise OSError('no')\nR()", "OSError"),
        ("raise ValueError('\\ud800')", "ValueError"),
    ],
)
def test_the_session_survives(control, code, ename):
    output = failure(control, code)
    assert output["ename"] == ename
    assert isinstance(output["evalue"], str)
    assert control.text("'alive'") == "'alive'"


def test_unknown_kind(control):
    output = control.run("1", kind="cobol")["output"]
    assert output["ename"] == "InterpreterError"
    assert output["evalue"] == "Fail to start interpreter: there is none for code of the kind 'cobol'"


def test_json_magic(control):
    control.run("v = {'a': [1, None, float('nan')], 'b': 'ž'}")
    assert control.output("%json v")["data"] == {"application/json": {"a": [1, None, None], "b": "ž"}}
    data = control.output("print('p')\nw = [1]\n%json w")["data"]
    assert data == {"application/json": [1], "text/plain": "p"}


@pytest.mark.parametrize(
    ("code", "ename", "part"),
    [
        ("%json missing", "NameError", "missing"),
        ("o = object()\n%json o", "TypeError", "object"),
        ("c = []; c.append(c)\n%json c", "RecursionError", ""),
        ("%table missing", "NameError", "missing"),
        ("t = [[1], ['a']]\n%table t", "TypeError", "INT_TYPE"),
        ("%", "UnknownMagic", "magic command not specified"),
        ("%foo", "UnknownMagic", "unknown magic command 'foo'"),
        ("%json", "ValueError", "name"),
        ("b = 'x' * (9 << 20)\n%json b", "OutputTooLarge", "bytes"),
    ],
)
def test_magic_faults(control, code, ename, part):
    output = failure(control, code)
    assert output["ename"] == ename
    assert part in output["evalue"]
    assert control.text("'alive'") == "'alive'"


def test_percent_lines_of_valid_python_are_no_magics(control):
    assert control.text("s = '''\n%json x\n'''\n(7\n% 4)") == "3"


def test_table_magic(control):
    data = control.output("rows = [{'b': 1, 'a': 'x'}, {'b': None, 'a': 'y'}]\n%table rows")["data"]
    assert data["application/vnd.livy.table.v1+json"] == {
        "headers": [{"name": "a", "type": "STRING_TYPE"}, {"name": "b", "type": "INT_TYPE"}],
        "data": [["x", 1], ["y", None]],
    }
    assert data["text/plain"] == "a  b\nx  1\ny"


def test_matplot_magic(control):
    if control.text("import importlib.util as u; u.find_spec('matplotlib') is not None") != "True":
        pytest.skip("the Python under test has no matplotlib")
    data = control.output("import matplotlib.pyplot as plt\n_ = plt.plot([1, 2])\n%matplot plt")["data"]
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG\r\n")
