"""R in a real Spark driver of each version: values, errors, pictures, Spark."""

import base64
import json
import struct

import pytest
from r_setting import LIBRARY, RControl, needs_r

pytestmark = [pytest.mark.spark, needs_r]
KIND = "sparkr"
ENVIRONMENT = {"EMBERLAB_SPARKR": LIBRARY}
TABLE = "application/vnd.livy.table.v1+json"


@pytest.fixture
def r(spark):
    return RControl(spark.control)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("1+1", "[1] 2"),
        ("x <- 3", ""),
        ("invisible(3)", ""),
        ("1; 'a'", '[1] 1\n[1] "a"'),
        ("", ""),
        ("# nothing", ""),
        ("'ž 😀'\r\nnchar('ž😀')", '[1] "ž 😀"\n[1] 2'),
        ("setClass('P', representation(a = 'numeric')); new('P', a = 1)@a", "[1] 1"),
        ("system('echo from a child')", "from a child"),
        ("readline('? '); readLines(file('stdin'))", '? \n[1] ""\ncharacter(0)'),
    ],
)
def test_values(r, code, text):
    assert r.text(code) == text


def test_messages_and_warnings_come_after_what_was_printed(r):
    code = "f <- function() warning('hot'); message('told'); f(); warning('top'); cat('printed\\n')"
    assert r.text(code) == "printed\ntold\nWarning in f() : hot\nWarning: top"


def test_names_that_users_know(r):
    assert r.text("spark").startswith("Java ref type org.apache.spark.sql.")
    assert "SparkContext" in r.text("sc")
    assert r.text("identical(sqlContext, spark)") == "[1] TRUE"
    assert r.text("setdiff(ls(), c('sc', 'spark', 'sqlContext', 'f', 'x'))") == "character(0)"


def test_session_of_the_others_without_a_warning(r):
    assert "Version mismatch" not in r.text("sparkR.session()")
    r.control.text("spark.range(3).createOrReplaceTempView('from_python')")
    assert r.text("collect(sql('SELECT sum(id) AS s FROM from_python'))") == "  s\n1 3"
    r.text("createOrReplaceTempView(createDataFrame(data.frame(n = 1:4)), 'from_r')")
    assert r.control.text("spark.table('from_r').count()") == "4"


def test_error(r):
    output = r.failure("g <- function() stop('bad'); f <- function() g(); print('before'); f()")
    assert (output["ename"], output["evalue"]) == ("Error", "Error in g() : bad")
    assert output["traceback"] == ['[1] "before"\n', "Traceback:\n", "1: f()\n", "2: g()\n", '3: stop("bad")\n']
    assert r.failure("nowhere")["evalue"] == "Error: object 'nowhere' not found"
    assert r.failure("options(warn = 2); as.integer('a')")["evalue"].startswith("Error: (converted from warning)")
    assert r.text("options(warn = 1)") == ""


@pytest.mark.parametrize("code", ["1 +", "a b", "f(", "'open", "%in% 3", "print('ran'); )"])
def test_code_that_is_not_r(r, code):
    output = r.failure(code)
    assert "ran" not in "".join(output["traceback"])
    assert r.text("1") == "[1] 1"


def test_errors_that_are_hard_to_survive(r):
    assert r.failure("f <- function(n) f(n + 1); f(1)")["evalue"].startswith("Error: ")
    r.failure("invokeRestart('abort')")
    assert r.failure("stop(structure(class = c('mine', 'error', 'condition'), list(message = 'm', call = NULL)))")
    assert r.failure("'a\0b'")["evalue"].endswith(".")
    assert r.text("closeAllConnections(); 1") == "[1] 1"
    assert r.text("collect(sql('select 4 as n'))$n") == "[1] 4"
    assert r.text("2") == "[1] 2"


def test_error_of_spark(r):
    assert "nowhere" in r.failure("sql('select nowhere')")["evalue"]
    assert r.text("collect(sql('select 1 as n'))$n") == "[1] 1"


@pytest.mark.parametrize(
    "code",
    ["plot(1:10)", "hist(c(1, 2, 2)); cat('kept')", "grid::grid.rect()", "f <- function() pie(1:3); f(); cat('x')"],
)
def test_picture(r, code):
    data = r.data(code)
    picture = base64.b64decode(data["image/png"])
    assert picture.startswith(b"\x89PNG")
    assert struct.unpack("!II", picture[16:24]) == (800, 600)
    assert data["text/plain"] in ("", "kept", "x")


def test_last_page_is_shown(r):
    last = r.data("plot(1:3)")["image/png"]
    assert r.data("pie(1:5); plot(1:3)")["image/png"] == last
    assert r.data("plot(1:3); dev.off()") == {"image/png": last, "text/plain": "null device \n          1 "[:-1]}


def test_no_picture(r, tmp_path):
    assert "image/png" not in r.data("par(mar = c(1, 1, 1, 1))")
    assert "image/png" not in r.data(f"pdf('{tmp_path}/own.pdf'); plot(1); invisible(dev.off())")
    assert (tmp_path / "own.pdf").read_bytes().startswith(b"%PDF")
    assert r.failure("plot(1); stop('after')")["evalue"] == "Error: after"
    assert "image/png" not in r.data("1")


def test_json(r):
    assert r.data("d <- data.frame(n = c(1.5, NA), s = c('a', 'b'))\n%json d") == {
        "application/json": [{"n": 1.5, "s": "a"}, {"n": None, "s": "b"}]
    }
    assert r.data("%json list(a = 1, b = list(1, 'x'), c = Inf)")["application/json"]["b"] == [1, "x"]


def test_table(r):
    code = (
        "d <- data.frame(i = 1:2, d = c(0.5, NA), s = c('a', NA), b = c(TRUE, NA), f = factor(c('u', 'v')))\n"
        "d$day <- as.Date(c('2020-01-31', NA)); d$time <- as.POSIXct(c('2020-01-31 01:02:03', NA))\n%table d"
    )
    data = r.data(code)
    kinds = [header["type"] for header in data[TABLE]["headers"]]
    assert kinds == [f"{kind}_TYPE" for kind in ("INT", "DOUBLE", "STRING", "BOOLEAN", "STRING", "DATE", "TIMESTAMP")]
    assert data[TABLE]["data"] == [
        [1, 0.5, "a", True, "u", "2020-01-31", "2020-01-31 01:02:03"],
        [2, None, None, None, "v", None, None],
    ]
    assert data["text/plain"].startswith("i  d")
    assert len(r.data("f <- sql('select id from range(50)')\n%table f")[TABLE]["data"]) == 10
    assert "table" in r.failure("%table sum")["evalue"]


def test_unknown_magics(r):
    output = r.failure("%foo x")
    assert (output["ename"], output["evalue"]) == ("UnknownMagic", "unknown magic command 'foo'")
    assert r.failure("%")["evalue"] == "magic command not specified"
    assert r.failure("%json")["evalue"] == "%json needs the name of a variable"


def test_code_of_sparkmagic_sql(r):
    code = "cat(jsonlite:::toJSON(take(sql(\"SELECT id, 'ž' AS s FROM range(2)\"),2500)))"
    assert r.text(code) == '[{"id":0,"s":"ž"},{"id":1,"s":"ž"}]'


def test_missing_jsonlite_says_what_to_install(r):
    code = "stop(structure(class = c('packageNotFoundError', 'error', 'condition'),"
    code += " list(message = 'no jsonlite', package = 'jsonlite', call = NULL)))"
    assert "apt-get install r-cran-jsonlite" in r.failure(code)["evalue"]


def test_r_workers(r):
    schema = "structType(structField('a', 'integer'), structField('b', 'double'))"
    code = f"collect(dapply(createDataFrame(data.frame(a = 1:2)), function(p) {{ p$b <- p$a * 2; p }}, {schema}))"
    assert r.text(code) == "  a b\n1 1 2\n2 2 4"
    assert r.text("unlist(spark.lapply(1:3, function(x) x^2))") == "[1] 1 4 9"


def test_model(r):
    code = "m <- spark.glm(createDataFrame(data.frame(x = 1:10, y = 2 * (1:10) + 1)), y ~ x, family = 'gaussian')"
    assert r.text(f"{code}; round(summary(m)$coefficients['x', 'Estimate'])") == "[1] 2"


def test_output_limit_and_large_output(r):
    assert len(r.text("cat(strrep('x', 5e6))")) == 5_000_000
    assert "are cut here" in r.text("cat(strrep('x', 1e7))")


def test_progress_and_description_of_jobs(r):
    code = "s <- sql('select count(*) from range(0, 20000000, 1, 8)')\ninvisible(collect(s))\n"
    code += "invisible(spark.lapply(1:4, function(x) Sys.sleep(0.5)))"
    statement_id = r.begin(code)
    assert r.control.result(statement_id, 90)["output"]["status"] == "ok"
    jobs = [m["activeJob"] for m in r.control.all("metrics") if m["activeJob"]]
    assert any(job["description"].startswith("s <- sql('select count") for job in jobs)
    assert r.control.all("progress", id=statement_id)


def test_completion(r):
    r.text("a_frame_of_mine <- data.frame(first_column = 1)")
    r.control.send("ask", request=1, what="complete", kind=KIND, code="1\na_frame_of_mine$fi", cursor=20)
    value = r.control.message("answer", request=1)["value"]
    assert value == {"candidates": ["a_frame_of_mine$first_column"], "start": 2, "end": 20}


def test_variables_are_told_with_type_and_a_line(r):
    r.text("rm(list = ls()); f <- function() 1; makeActiveBinding('active', function() stop('looked at'), globalenv())")
    r.text("frame <- iris; many <- 1:9; s <- sql('SELECT id FROM range(3)'); text <- 'ž'; x <- 6")
    r.control.send("ask", request=2, what="variables", kind=KIND)
    variables = r.control.message("answer", request=2)["value"]["variables"]
    assert [tuple(one.values()) for one in variables] == [
        ("frame", "data.frame", "150 rows, 5 columns"),
        ("many", "integer", "1:6 … 9 in all"),
        ("s", "SparkDataFrame", "id: bigint"),
        ("text", "character", '"ž"'),
        ("x", "numeric", "6"),
    ]
    r.text("rm(active)")
    r.control.send("ask", request=3, what="inspect", kind=KIND, code="many + 1", cursor=2)
    assert r.control.message("answer", request=3)["value"]["text"] == "Type: integer\nValue: 1:6 … 9 in all"


def test_frame_as_arrow(r):
    r.text("brought <- sql('select id, id * 2 as twice from range(5)'); plain <- 3")
    request = {"variable": "brought", "kind": KIND, "method": "take", "rows": 3}
    output = r.control.output(json.dumps(request), "arrow")
    assert output["status"] == "ok", output
    assert output["data"]["application/vnd.emberlab.arrow.v1+json"]["rows"] == 3
    assert "emberlab" not in r.text("collect(sql('show tables'))")
    for name, words in (("plain", "is a numeric, not a SparkDataFrame"), ("nowhere", "There is no variable 'nowhere'")):
        output = r.control.output(json.dumps({**request, "variable": name}), "arrow")
        assert words in output["evalue"], output
