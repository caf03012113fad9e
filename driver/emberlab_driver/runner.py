"""Runs the statements one after the other on the main thread, where signals arrive."""

from . import messages
from .interpreter import Failure, Success
from .interpreters import StartError
from .log import log
from .r.workers import end_abandoned


class StatementRunner:
    """`post(frame)` sends a text frame; `interpreters` starts the one of a statement's kind; `begin(statement id)` and
    `end()` of each of the `watchers` enclose a statement."""

    def __init__(self, statements, interpreters, spark, watchers, post):
        self._statements = statements
        self._interpreters = interpreters
        self._spark = spark
        self._watchers = watchers
        self._post = post

    def run_all(self):
        """Returns once the store of statements is closed."""
        while True:
            statement = self._statements.take()
            if statement is None:
                return
            self._run(statement)

    def _run(self, statement):
        statement_id = statement.id
        started_at = messages.now()
        self._post(messages.encode("started", id=statement_id, startedAt=started_at))
        self._spark.begin_statement(statement_id, statement.code)
        for watcher in self._watchers:
            watcher.begin(statement_id)
        result = self._evaluate(statement)
        for watcher in self._watchers:
            watcher.end()
        if statement.cancel_requested:
            self._spark.reset_thread_connection()
            end_abandoned(self._spark)
        frame = _result_frame(statement, result, started_at)
        self._statements.finish(statement, frame)
        self._post(frame)
        # Nobody waits for this any more, and the next one begins sooner.
        self._spark.expect_statement(statement_id + 1)

    def _evaluate(self, statement):
        try:
            interpreter = self._interpreters.start(statement.kind, lambda: statement.cancel_requested)
        except StartError as error:
            return Failure("InterpreterError", f"Fail to start interpreter: {error}")
        if interpreter is None:
            return Failure("InterpreterError", "The statement was cancelled while its interpreter started.")
        try:
            return interpreter.run(statement.code, statement.id)
        except Exception as error:
            log(f"statement {statement.id}: the interpreter failed", error)
            return Failure("InterpreterError", f"The interpreter failed: {type(error).__name__}")


def cancelled_frame(statement_id):
    """The result of a statement that was cancelled before it began."""
    fields = {"id": statement_id, "state": "cancelled", "output": None}
    return messages.encode("result", **fields, startedAt=None, completedAt=messages.now())


def _result_frame(statement, result, started_at):
    def encode(result):
        if isinstance(result, Success):
            output = messages.ok_output(statement.id, result.data)
        else:
            output = messages.error_output(statement.id, result)
        state = "cancelled" if statement.cancel_requested else "available"
        fields = {"id": statement.id, "state": state, "output": output}
        return messages.encode("result", **fields, startedAt=started_at, completedAt=messages.now())

    try:
        return encode(result)
    except (TypeError, ValueError, RecursionError) as error:
        log(f"statement {statement.id}: the output is not JSON", error)
        return encode(Failure("InterpreterError", f"The output cannot be sent: {error}"))
