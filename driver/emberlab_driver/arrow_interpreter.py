"""Statements of the kind arrow: the rows of a query or of a variable, as a file that the tunnel can read."""

import json
import math

from . import arrow_stream, failures
from .interpreter import Failure, FrameError, Interpreter
from .jvm_failures import describe_java
from .jvm_statement import JvmStatement
from .messages import shorten_bytes

MIME_TYPE = "application/vnd.emberlab.arrow.v1+json"
# So many rows are looked for in few partitions first, as `take` does; more come by a job over all of them.
SMALL_ROWS = 100_000
# Where nothing is said: as many as a statement of SQL shows.
DEFAULT_ROWS = 1000


class RequestError(Exception):
    """The statement's code does not say what is wanted; the message is for people."""


class ArrowInterpreter(Interpreter):
    """`interpreter_of(kind)` is the one that holds a variable, or None while it has not started; `files` are the
    session's ArrowFiles."""

    def __init__(self, parts, interpreter_of, files):
        self._parts = parts
        self._interpreter_of = interpreter_of
        self._files = files
        self._statement = JvmStatement(parts.gate, parts.spark)

    def run(self, code, statement_id):
        self._parts.before_statement()
        cancelled = Failure("KeyboardInterrupt", "The statement was cancelled.")
        return self._statement.run(
            statement_id, lambda: self._bring(parse_request(code), statement_id), self._describe, cancelled
        )

    def interrupt(self, statement_id):
        self._statement.interrupt(statement_id)

    def close(self):
        self._files.close()

    def _bring(self, request, statement_id):
        frame = self._find(request)
        columns = [{"name": field.name, "type": field.dataType.simpleString()} for field in frame.schema.fields]
        with self._files.create(statement_id) as file:
            rows, size = _write(frame, request, file)
        text = f"{_count(rows, 'row')} of {_count(len(columns), 'column')}, {shorten_bytes(size)}."
        return {"text/plain": text, MIME_TYPE: {"rows": rows, "bytes": size, "columns": columns}}

    def _find(self, request):
        if "sql" in request:
            return self._parts.spark.session().sql(request["sql"])
        kind, name = request["kind"], request["variable"]
        interpreter = self._interpreter_of(kind)
        if interpreter is None:
            raise FrameError(f"There is no variable '{name}': no statement of the kind '{kind}' has run yet.")
        return interpreter.frame(name)

    def _describe(self, error):
        if isinstance(error, arrow_stream.TooLarge):
            return Failure("OutputTooLarge", str(error))
        if isinstance(error, (RequestError, FrameError)):
            return Failure("InterpreterError", str(error))
        if isinstance(error, OSError):
            return Failure("InterpreterError", f"The rows could not be written: {error.strerror or error}")
        described = failures.describe(error, self._parts.output_limit)
        java = describe_java(error, self._parts.output_limit)
        return described if java is None else Failure(described.ename, java.evalue, java.traceback)


def _write(frame, request, file):
    """Writes the rows that are wanted; returns how many rows and bytes these are."""
    rows = request["rows"]
    if request["method"] == "sample":
        frame = frame.sample(request["fraction"])
    if rows is None:
        return arrow_stream.write_stream(frame, file)
    if rows > SMALL_ROWS:
        return arrow_stream.write_stream(frame.limit(rows), file, arrow_stream.MAX_GROUP)
    return arrow_stream.write_first(frame, rows, file)


def parse_request(code):
    """The checked JSON object of a statement's code. Raises RequestError."""
    try:
        request = json.loads(code)
    except ValueError:
        request = None
    if not isinstance(request, dict):
        raise RequestError("The code of a statement of the kind 'arrow' must be a JSON object.")
    if not isinstance(request.get("sql"), str) and not (
        isinstance(request.get("variable"), str) and isinstance(request.get("kind"), str)
    ):
        raise RequestError("A statement of the kind 'arrow' needs 'sql', or 'variable' and its 'kind'.")
    if request.setdefault("method", "sample" if "fraction" in request else "take") not in ("take", "sample"):
        raise RequestError("The 'method' must be 'take' or 'sample'.")
    rows = request.setdefault("rows", DEFAULT_ROWS)
    if rows is not None and (type(rows) is not int or rows < 0):
        raise RequestError("The 'rows' must be a number that is not negative, or null for all.")
    # Spark counts rows with 32 bits.
    request["rows"] = None if rows is not None and rows > 0x7FFFFFFF else rows
    if request["method"] == "sample":
        fraction = request.get("fraction")
        number = type(fraction) in (int, float) and math.isfinite(fraction)
        if not number or not 0 <= fraction <= 1:
            raise RequestError("The 'fraction' of a sample must be a number from 0 to 1.")
        request["fraction"] = float(fraction)
    return request


def _count(number, noun):
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
