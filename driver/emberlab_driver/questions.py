"""Questions of the control plane beside the statements: completion of code, things to be added to the session, and what
its executors are and write."""

import threading

from . import messages
from .executor_log import LogError, read_executor_log
from .executors import describe_executors
from .log import log
from .spark_additions import AdditionError, add_to_spark

COMPLETE_SECONDS = 2.0
# More searches than these at a time would only keep each other from ending.
SEARCHES = 4


class Questions:
    """`interpreter_of(kind)` is None while it has not started; `running_kind()` is the kind of the running statement,
    or None; `spark` is the SparkApplication. Each question is answered on a thread of its own."""

    def __init__(self, interpreter_of, running_kind, spark):
        self._interpreter_of = interpreter_of
        self._running_kind = running_kind
        self._spark = spark
        self._searches = threading.BoundedSemaphore(SEARCHES)

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
        except (AdditionError, LogError) as error:
            answer = {"error": str(error)}
        except Exception as error:
            log("a question could not be answered", error)
            answer = {"error": "The driver could not answer. Its log says why."}
        post(messages.encode("answer", request=request, **answer))

    def _complete(self, message):
        kind, code, cursor = message["kind"], message["code"], message["cursor"]
        cursor = max(0, min(cursor, len(code)))
        found = [], cursor, cursor
        interpreter = self._interpreter_of(kind)
        busy = self._running_kind() == kind
        if interpreter is not None and (interpreter.completes_while_running or not busy):
            found = self._search(interpreter, code, cursor) or found
        candidates, start, end = found
        return {"candidates": list(candidates)[:500], "start": start, "end": end}

    def _search(self, interpreter, code, cursor):
        """What the interpreter finds, or None if it takes too long: it may be busy, or its JVM may not answer."""
        found = []

        def search():
            try:
                found.append(interpreter.complete(code, cursor))
            except Exception as error:
                log(f"completion failed: {type(error).__name__}")
            finally:
                self._searches.release()

        if not self._searches.acquire(blocking=False):
            return None
        searching = threading.Thread(target=search, name="emberlab-completion", daemon=True)
        searching.start()
        searching.join(COMPLETE_SECONDS)
        return found[0] if found else None

    def _add(self, message):
        add_to_spark(self._spark.session(), message["as"], message["uri"])
        if message["as"] == "jar":
            self._spark.note_jar(message["uri"])

    def _executors(self, _message):
        return describe_executors(self._spark.executors() or [])

    def _executor_log(self, message):
        executors = self._spark.executors() or []
        return read_executor_log(executors, message["executor"], message["stream"], message["from"], message["size"])

    _HANDLERS = {"complete": _complete, "add": _add, "executors": _executors, "executorLog": _executor_log}
