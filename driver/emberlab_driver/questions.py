"""Questions of the control plane beside the statements: completion and inspection of code, variables, things to be
added to the session, and what its executors are and write."""

import threading
import time

from . import messages
from .driver_log import DriverLogError, read_driver_log
from .executor_log import LogError, read_executor_log
from .executors import describe_executors
from .log import log
from .spark_additions import AdditionError, add_to_spark

# More searches than these at a time would only keep each other from ending.
SEARCHES = 4


class _Search:
    """Something that is looked for; `found` is None until it is there."""

    def __init__(self):
        self.ended = threading.Event()
        self.found = None


class Questions:
    """`interpreter_of(kind)` is None while it has not started; `running_kind()` is the kind of the running statement,
    or None; `spark` is the SparkApplication. Each question is answered on a thread of its own."""

    def __init__(self, interpreter_of, running_kind, spark):
        self._interpreter_of = interpreter_of
        self._running_kind = running_kind
        self._spark = spark
        self._places = threading.BoundedSemaphore(SEARCHES)
        self._running = {}
        self._changing = threading.Lock()

    def ask(self, message, post):
        """Answers the frame `ask` by `post(frame)`; returns at once. Raises KeyError when it has no `request`."""
        arguments = (message["request"], message, post)
        threading.Thread(target=self._answer, args=arguments, name="emberlab-question", daemon=True).start()

    def _answer(self, request, message, post):
        handler = self._HANDLERS.get(message.get("what"))
        try:
            if handler is None:
                raise AdditionError("The driver does not know this question. It may be older than the platform.")
            answer = {"value": handler(self, message)}
        except (AdditionError, DriverLogError, LogError) as error:
            answer = {"error": str(error)}
        except Exception as error:
            log("a question could not be answered", error)
            answer = {"error": "The driver could not answer. Its log says why."}
        post(messages.encode("answer", request=request, **answer))

    def _complete(self, message):
        code, cursor = _place(message)
        candidates, start, end = self._look(message["kind"], "complete", code, cursor) or ([], cursor, cursor)
        return {"candidates": list(candidates)[:500], "start": start, "end": end}

    def _inspect(self, message):
        return {"text": self._look(message["kind"], "inspect", *_place(message))}

    def _variables(self, message):
        found = self._look(message["kind"], "variables")
        if found is None:
            return {"variables": None}
        return {"variables": [{"name": name, "type": kind, "value": value} for name, kind, value in found]}

    def _look(self, kind, what, *arguments):
        """What the interpreter of a kind finds; None while there is none that could look."""
        interpreter = self._interpreter_of(kind)
        busy = self._running_kind() == kind
        if interpreter is None or (busy and not interpreter.completes_while_running):
            return None
        return self._search(interpreter, what, *arguments)

    def _search(self, interpreter, what, *arguments):
        """What the interpreter finds, or None if it takes too long: it may be busy, or its JVM may not answer. Who asks
        for what is being looked for already waits for that."""
        until = time.monotonic() + interpreter.complete_seconds
        key = interpreter, what, arguments
        with self._changing:
            search = self._running.get(key)
            is_new = search is None
            if is_new:
                search = self._running[key] = _Search()
        if is_new:
            # It is left to itself when nobody waits for it any more: the next one finds a warm compiler.
            threading.Thread(
                target=self._find, args=(search, key, until), name="emberlab-completion", daemon=True
            ).start()
        search.ended.wait(max(0, until - time.monotonic()))
        return search.found

    def _find(self, search, key, until):
        interpreter, what, arguments = key
        try:
            if self._places.acquire(timeout=max(0, until - time.monotonic())):
                try:
                    search.found = getattr(interpreter, what)(*arguments)
                finally:
                    self._places.release()
        except Exception as error:
            log(f"{what} failed: {type(error).__name__}")
        finally:
            with self._changing:
                del self._running[key]
            search.ended.set()

    def _add(self, message):
        url = add_to_spark(self._spark.session(), message["as"], message["uri"])
        if url is not None:
            self._spark.note_jar(url)

    def _executors(self, _message):
        return describe_executors(self._spark.executors() or [])

    def _executor_log(self, message):
        executors = self._spark.executors() or []
        return read_executor_log(executors, message["executor"], message["stream"], message["from"], message["size"])

    def _driver_log(self, message):
        return read_driver_log(message["stream"], message["from"], message["size"])

    _HANDLERS = {
        "complete": _complete,
        "inspect": _inspect,
        "variables": _variables,
        "add": _add,
        "executors": _executors,
        "executorLog": _executor_log,
        "driverLog": _driver_log,
    }


def _place(message):
    """The code of a question and a cursor within it."""
    code = message["code"]
    return code, max(0, min(message["cursor"], len(code)))
