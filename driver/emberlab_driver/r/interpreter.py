"""R code, run by a process of its own that has joined the session's SparkSession."""

import os
import shutil
import tempfile
import threading
import time

from .. import failures
from ..children import current_ticks, interrupt_descendants
from ..interpreter import Failure, FrameError, Interpreter
from ..interpreters import StartError
from ..output_buffer import cut_text
from ..printed import with_printed
from .backend import Backend, spark_conf
from .installation import NO_SPARKR, find_library, find_r, prepare_workers
from .process import Ended, NoReply, RProcess
from .reply import read_reply

# By way of this temporary view a frame gets from R to Python.
VIEW = "emberlab_r_frame"
CANCELLED = "The statement was cancelled."
# Code may catch an interrupt to tidy up; it gets this long before the next one.
REPEAT_SECONDS = 1.0
# R ignores the signal while it waits for a child of `system`; after this long the child gets it too.
UNANSWERED_SECONDS = 0.5
COMPLETE_SECONDS = 2.0


class RInterpreter(Interpreter):
    """One R, and another one if that should end. Raises StartError where R or SparkR is missing."""

    def __init__(self, capture, gate, output_limit, spark, before_statement):
        self._capture = capture
        self._gate = gate
        self._limit = output_limit
        self._spark = spark
        self._before_statement = before_statement
        self._lock = threading.Lock()  # held while R is asked something
        self._state_lock = threading.Lock()
        self._running = None
        self._starting = False
        self._interrupted_at = None
        self._began_ticks = 0
        self._first_interrupt_at = 0.0
        self._process = None
        conf = spark_conf()
        self._command = find_r(conf)
        self._environment = _environment()
        self._library = find_library(self._environment)
        self._folder = tempfile.mkdtemp(prefix="emberlab-r-")
        # R looks for this file where it ignores interrupts.
        self._cancelling = os.path.join(self._folder, "cancelling")
        self._backend = None
        try:
            self._backend = Backend()
            self._environment.update(self._backend.environment())
            found = self._start_process()
            prepare_workers(conf, self._environment.get("SPARK_HOME"), found, self._folder)
        except BaseException:
            self.close()
            raise

    def run(self, code, statement_id):
        self._before_statement()
        self._began_ticks = current_ticks()
        self._capture.begin(self._limit)
        self._gate.arm(statement_id)  # takes SIGINT from whoever had it; R is interrupted in its own process
        try:
            with self._lock:
                result = self._evaluate(code, statement_id)
        finally:
            self._gate.disarm()
        stdout, stderr = self._capture.end()
        return with_printed(result, stdout, stderr, self._limit)

    def interrupt(self, statement_id):
        with self._state_lock:
            if self._running != statement_id or self._process is None:
                return
            if self._starting:
                self._process.kill()
                return
            now = time.monotonic()
            if self._interrupted_at is None:
                self._first_interrupt_at = now
                with open(self._cancelling, "wb"):
                    pass
            if self._interrupted_at is None or now - self._interrupted_at >= REPEAT_SECONDS:
                self._interrupted_at = now
                self._process.interrupt()
            elif now - self._first_interrupt_at >= UNANSWERED_SECONDS:
                self._first_interrupt_at = now
                interrupt_descendants(self._began_ticks)

    def complete(self, code, cursor):
        found = self._ask("complete", code, str(cursor))
        return ([], cursor, cursor) if found is None else (found[2:], int(found[0]), int(found[1]))

    def inspect(self, code, cursor):
        found = self._ask("inspect", code, str(cursor))
        return None if found is None else found[0]

    def variables(self):
        found = self._ask("variables")
        return None if found is None else list(zip(found[0::3], found[1::3], found[2::3], strict=True))

    def _ask(self, *question):
        """What R answers beside the statements, as texts; None where it has nothing to say, or no time."""
        if not self._lock.acquire(blocking=False):
            return None
        try:
            if self._process is None or not self._process.alive():
                return None
            reply = self._process.request(*question, timeout=COMPLETE_SECONDS)
            return [field.decode("utf-8", "replace") for field in reply[1:]] if reply[0] == b"ok" else None
        except NoReply:
            self._process.interrupt()
            return None
        except Ended:
            return None
        finally:
            self._lock.release()

    def frame(self, name):
        with self._lock:
            reply = self._ask_for_view(name)
        if reply[0] == b"other":
            kind = reply[1].decode("utf-8", "replace")
            raise FrameError(f"The variable '{name}' is a {kind}, not a SparkDataFrame.")
        if reply[0] == b"missing":
            raise FrameError(f"There is no variable '{name}'.")
        if reply[0] != b"ok":
            raise FrameError(f"R cannot give the variable '{name}': {reply[1].decode('utf-8', 'replace')}")
        session = self._spark.session()
        try:
            return session.table(VIEW)
        finally:
            session.catalog.dropTempView(VIEW)

    def close(self):
        if self._process is not None:
            self._process.close()
        if self._backend is not None:
            self._backend.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _ask_for_view(self, name):
        try:
            return self._process.request("view", name, VIEW)
        except Ended:
            raise FrameError(f"There is no variable '{name}': R has ended.") from None

    def _evaluate(self, code, statement_id):
        if "\0" in code:
            return Failure("Error", "R code cannot hold the character with the code 0.")
        with self._state_lock:
            self._running, self._interrupted_at = statement_id, None
        try:
            if not self._process.alive():
                self._process.close()
                self._start_process()
            group, description = self._spark.job_group(statement_id, code)
            reply = self._process.request("run", code, f"<cell {statement_id}>", group, description)
            return read_reply(reply, self._limit, CANCELLED if self._interrupted_at else None)
        except StartError as error:
            return Failure("InterpreterError", f"Fail to start interpreter: {error}")
        except Ended:
            return Failure("InterpreterError", self._words_on_the_end())
        except Exception as error:
            return failures.describe(error, self._limit)
        finally:
            with self._state_lock:
                self._running = None
                if self._interrupted_at is not None:
                    os.unlink(self._cancelling)

    def _start_process(self):
        """Starts R and has it join the session; returns the library in which it found SparkR."""
        process = RProcess(self._command, self._environment, self._capture.descriptors())
        with self._state_lock:
            self._process, self._starting = process, True
        arguments = self._library or "", self._cancelling
        try:
            reply = [field.decode("utf-8", "replace") for field in process.request("start", *arguments)]
        except Ended:
            raise StartError(f"R has ended while it started: {process.how_it_ended()}") from None
        finally:
            with self._state_lock:
                self._starting = False
        if reply[0] == "ready":
            found, process.temporary_folder = reply[1:]
            return found
        process.close()
        raise StartError(
            NO_SPARKR if reply[0] == "missing" else f"SparkR cannot join Spark: {cut_text(reply[1], 1000)}"
        )

    def _words_on_the_end(self):
        how = self._process.how_it_ended()
        return f"R has ended while the statement ran: {how}. Its variables are lost; the next statement starts a new R."


def _environment():
    """The environment for R, in which text is UTF-8."""
    environment = dict(os.environ)
    locale = next((environment[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environment.get(name)), "")
    if "utf" not in locale.lower():
        environment.pop("LC_ALL", None)
        environment["LC_CTYPE"] = "C.UTF-8"
    return environment
