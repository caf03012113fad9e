"""The thread of the JVM that works for the agent's main thread: Py4J gives each thread of Python one of its own."""

import threading
import time

from .log import log


class JvmThread:
    """Interrupts that thread while it works for one statement, and nothing else."""

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self._lock = threading.Lock()
        self._jvm = None
        self._statement_id = None
        self._thread = None
        self._since = None

    def begin(self, statement_id, jvm):
        """The calling thread's own thread works for this statement from now on."""
        thread = jvm.java.lang.Thread.currentThread()
        with self._lock:
            self._jvm = jvm
            self._statement_id, self._thread, self._since = statement_id, thread, None

    def end(self, jvm):
        """Nothing is interrupted from here on; an interrupt that nobody has taken does not reach the next statement.
        Returns whether the statement was asked to end."""
        with self._lock:
            self._statement_id = None
            asked = self._since is not None
        if asked:
            jvm.java.lang.Thread.interrupted()
        return asked

    def asked(self):
        """Whether the statement was asked to end."""
        return self._since is not None

    def interrupt(self, statement_id, within=None):
        """Asks the statement to end: interrupts the thread, if `within` is None or in its trace. Returns for how many
        seconds it has been asked by now, or None if the thread works for another statement or for none."""
        with self._lock:
            if self._statement_id != statement_id:
                return None
            if self._since is None:
                self._since = self._clock()
            try:
                if within is None or within in self._trace():
                    self._thread.interrupt()
            except Exception as error:
                log(f"statement {statement_id}: its thread cannot be interrupted", error)
            return self._clock() - self._since

    def stop(self, statement_id, within):
        """Stops the thread by force if it works for this statement and the text `within` is in its trace: in other
        places a sudden end would leave things broken. Returns whether it did. Raises what Py4J raises where the JVM
        can't do that."""
        with self._lock:
            if self._statement_id != statement_id or within not in self._trace():
                return False
            self._thread.stop()
            return True

    def _trace(self):
        # As that of an exception: the whole in a few calls, however deep it is.
        carrier = self._jvm.java.lang.Exception()
        carrier.setStackTrace(self._thread.getStackTrace())
        return self._jvm.org.apache.spark.util.Utils.exceptionString(carrier)
