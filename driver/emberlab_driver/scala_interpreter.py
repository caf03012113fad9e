"""Scala code, run by Scala's own interpreter in the JVM of the session's SparkContext."""

import re
import threading

from . import failures
from .cell import Magic
from .interpreter import Failure, FrameError, Interpreter, Success
from .interpreters import StartError
from .jvm_failures import describe_java
from .jvm_streams import JvmStreams
from .jvm_thread import JvmThread
from .log import log
from .magics import OutputTooLarge, UnknownMagic
from .output_buffer import cut_text
from .scala_cell import split_cell
from .scala_inspection import describe_at, list_variables
from .scala_magics import ScalaMagics, UnknownName
from .scala_repl import ERROR, INCOMPLETE, SUCCESS, ScalaRepl

IMPORTS = (
    "import org.apache.spark.SparkContext._",
    "import spark.implicits._",
    "import spark.sql",
    "import org.apache.spark.sql.functions._",
)
# What waits in the JVM ends at an interrupt of its thread; what calculates there is stopped after this long. Where a
# JVM can't do that (from Java 20 on) it is left to itself after as long again.
STOP_SECONDS = 0.5
ABANDON_SECONDS = 1.5
# In the names of all classes that the interpreter compiles.
USER_CODE = "$line"
CANCELLED = "The statement was cancelled."
ABANDONED = "The statement was cancelled. This Java cannot stop a thread that calculates: it goes on in the background."
_WORD_END = re.compile(r"\w*$")
_WORD_START = re.compile(r"\w*")
_ERROR_LINE = re.compile(r"\s*(?:<console>:\d+: |On line \d+: )?error: ")
MOST_CANDIDATES = 500


class ScalaInterpreter(Interpreter):
    """One top-level statement after the other, so that a class is compiled before the statement that uses it."""

    # The first one of a session loads another compiler.
    complete_seconds = 10.0

    def __init__(self, parts):
        self._capture = parts.capture
        self._gate = parts.gate
        self._limit = parts.output_limit
        self._spark = parts.spark
        self._before_statement = parts.before_statement
        self._thread = JvmThread()
        # The compiler serves one thread at a time.
        self._compiler = threading.Lock()
        session = self._spark.session()
        self._jvm = session._jvm
        self._repl = ScalaRepl(self._jvm, self._spark.class_folder)
        self._streams = JvmStreams(self._jvm, self._repl.modules)
        self._magics = ScalaMagics(self._repl, self._jvm, self._limit)
        self._abandoned = False
        self._can_stop = True
        self._session = None
        self._use_session(session)
        self._jars = 0
        self._add_jars()
        # The first statement of all is slow: the compiler is loaded and warms up.
        if self._repl.interpret_quietly("spark.sparkContext.version + (1 to 3).map(_ + 1).sum") != SUCCESS:
            raise StartError(f"Scala's interpreter cannot run code: {self._repl.text(1000).strip()}")

    def run(self, code, statement_id):
        self._before_statement()
        with self._compiler:
            self._capture.begin(self._limit)
            self._abandoned = False
            try:
                self._enter(statement_id)
                self._gate.arm(statement_id)
                try:
                    result = self._evaluate(code)
                finally:
                    self._gate.disarm()
            except BaseException as error:
                result = self._describe(error)
            result = self._leave(result)
            stdout, stderr = self._capture.end()
        return self._with_text(result, stdout, stderr)

    def interrupt(self, statement_id):
        # Never the compiler itself, whose files an interrupt would close: only what it has compiled.
        waited = self._thread.interrupt(statement_id, within=USER_CODE)
        if waited is not None and waited >= STOP_SECONDS:
            self._stop(statement_id, waited)

    def complete(self, code, cursor):
        start = cursor - len(_WORD_END.search(code[:cursor]).group())
        end = cursor + len(_WORD_START.match(code[cursor:]).group())
        names = self._with_compiler(lambda: self._repl.complete(code[:cursor])) or []
        word = code[start:cursor]
        whole = dict.fromkeys(name for name in names if name.startswith(word) and not name.startswith("emberlab"))
        return list(whole)[:MOST_CANDIDATES], start, end

    def inspect(self, code, cursor):
        return self._with_compiler(lambda: describe_at(self._repl, code, cursor))

    def variables(self):
        return self._with_compiler(self._list_variables)

    def _list_variables(self):
        self._repl.use_class_loader()
        return list_variables(self._repl)

    def _with_compiler(self, work):
        """What `work` answers; None if the compiler is taken for too long."""
        # Another completion may have it, or a statement that has just begun.
        if not self._compiler.acquire(timeout=self.complete_seconds):
            return None
        try:
            return work()
        finally:
            self._compiler.release()

    def frame(self, name):
        from pyspark.sql import DataFrame

        with self._compiler:
            self._repl.use_class_loader()
            try:
                value = self._magics.value_of(name)
            except (UnknownName, ValueError):
                raise FrameError(f"There is no variable '{name}' in Scala.") from None
        if not self._jvm.java.lang.Class.forName("org.apache.spark.sql.Dataset").isInstance(value):
            raise FrameError(f"The variable '{name}' is no DataFrame.")
        return DataFrame(value.toDF(), self._spark.session())

    def _enter(self, statement_id):
        session = self._spark.session()
        self._thread.begin(statement_id, self._jvm)
        self._streams.attach()
        self._repl.use_class_loader()
        if session._jsparkSession != self._session:
            self._use_session(session)
        self._add_jars()

    def _add_jars(self):
        urls = self._spark.jar_urls()
        if urls[self._jars :]:
            self._repl.add_to_class_path(urls[self._jars :])
        self._jars = len(urls)

    def _use_session(self, session):
        context = session.sparkContext._jsc.sc()
        self._session = session._jsparkSession
        self._repl.bind("spark", "org.apache.spark.sql.SparkSession", self._session)
        self._repl.bind("sc", "org.apache.spark.SparkContext", context)
        self._repl.bind("sqlContext", "org.apache.spark.sql.SQLContext", self._session.sqlContext())
        for line in IMPORTS:
            if self._repl.interpret_quietly(line) != SUCCESS:
                raise StartError(f"Scala's interpreter cannot run code: {self._repl.text(1000).strip()}")

    def _evaluate(self, code):
        data = {}
        for step in split_cell(code, self._repl):
            if self._thread.asked():
                return Failure("Error", CANCELLED)
            if isinstance(step, Magic):
                data = self._magics.run(step)
                continue
            outcome = self._repl.interpret(step)
            text = self._repl.text(self._limit)
            if outcome == INCOMPLETE:
                return Failure("Error", "incomplete statement")
            if outcome == ERROR:
                # What the parser has said before when the code was split, it may not say again.
                return describe_text(text if text.strip() else self._repl.parser_text, self._limit)
            self._streams.flush()
            self._capture.write(text)
        return Success(data)

    def _leave(self, result):
        try:
            if self._abandoned:
                self._streams.renew()
            self._streams.flush()
            asked = self._thread.end(self._jvm)
        except Exception as error:
            # The thread was stopped within Py4J's own code: once more, perhaps, after it had left the statement's.
            log("the thread of a Scala statement is lost", error)
            self._spark.reset_thread_connection()
            asked = self._thread.asked()
        if asked and isinstance(result, Failure):
            return Failure("Error", ABANDONED if self._abandoned else CANCELLED)
        return result

    def _describe(self, error):
        if isinstance(error, UnknownMagic):
            return Failure("UnknownMagic", str(error))
        if isinstance(error, UnknownName):
            return Failure("NameError", str(error))
        if isinstance(error, OutputTooLarge):
            return Failure("OutputTooLarge", str(error))
        if self._thread.asked() or isinstance(error, KeyboardInterrupt):
            # The connection may be gone, or the answer that was waited for may still come.
            self._spark.reset_thread_connection()
            return Failure("Error", CANCELLED)
        java = describe_java(error, self._limit)
        if java is not None:
            return java
        described = failures.describe(error, self._limit)
        return Failure("Error", described.evalue or described.ename, described.traceback)

    def _stop(self, statement_id, waited):
        try:
            if self._can_stop and self._thread.stop(statement_id, within=USER_CODE):
                return
        except Exception as error:  # Java 20 and later
            self._can_stop = False
            log(f"statement {statement_id}: its thread cannot be stopped", error)
        if waited >= ABANDON_SECONDS:
            self._abandoned = True
            self._gate.request(statement_id)

    def _with_text(self, result, stdout, stderr):
        errors = stderr.text(max(self._limit - stdout.size(), self._limit // 4))
        text = stdout.text() + errors
        if isinstance(result, Failure):
            return Failure(result.ename, result.evalue, failures.lines_of(text) + result.traceback)
        data = dict(result.data)
        if text or not data:
            shown = data.get("text/plain")
            data["text/plain"] = text + shown if shown else text
        return Success(data)


def describe_text(text, limit):
    """A Failure from what the interpreter says of an error: the line that names it is its value, the rest is trace."""
    text = cut_text(text.strip("\n"), limit)
    lines = text.split("\n")
    named = next((number for number, line in enumerate(lines) if _ERROR_LINE.match(line)), 0)
    value = lines.pop(named).strip()
    return Failure("Error", value or "error", [line + "\n" for line in lines if line.strip()])
