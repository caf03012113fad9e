"""What SQL and Arrow statements have in common: the main thread waits for the JVM and can be called back from there."""

from .interpreter import Success
from .jvm_thread import JvmThread

# What waits in the JVM ends at an interrupt of its thread; what calculates there is left to itself after this long.
ABANDON_SECONDS = 0.5


class JvmStatement:
    """Runs one statement's work after the other. Main thread; `interrupt` comes from another."""

    def __init__(self, gate, spark):
        self._gate = gate
        self._spark = spark
        self._thread = JvmThread()

    def run(self, statement_id, work, describe, cancelled):
        """Success with what `work()` returns, `cancelled` when it was interrupted, or what `describe(error)` makes of
        what it raised."""
        jvm = self._spark.session()._jvm
        self._thread.begin(statement_id, jvm)
        try:
            self._gate.arm(statement_id)
            try:
                result = Success(work())
            finally:
                self._gate.disarm()
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) or self._gate.find_interrupt(error) is not None:
                # The answer that was waited for may still come, and would be taken for that of the next call.
                self._spark.reset_thread_connection()
                result = cancelled
            else:
                result = describe(error)
        self._thread.end(jvm)
        return result

    def interrupt(self, statement_id):
        """Calls the statement back, if it is the one that runs: to be repeated until it has ended."""
        waited = self._thread.interrupt(statement_id)
        if waited is not None and waited >= ABANDON_SECONDS:
            self._gate.request(statement_id)
