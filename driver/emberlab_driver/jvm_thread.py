"""The thread of the JVM that works for the agent's main thread: Py4J gives each thread of Python one of its own."""

import threading
import time

from .log import log

# A class whose initializer has failed can't be used until the JVM ends, so an initializer is left alone: for so long.
INITIALIZER = ".<clinit>("
INITIALIZER_SECONDS = 10.0


class JvmThread:
    """Interrupts that thread while it works for one statement, and nothing else."""

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self._lock = threading.Lock()
        self._jvm = None
        self._statement_id = None
        self._thread = None
        self._told = False
        self._asked = self._since = None

    def begin(self, statement_id, jvm):
        """The calling thread's own thread works for this statement from now on."""
        thread = jvm.java.lang.Thread.currentThread()
        with self._lock:
            self._jvm = jvm
            self._statement_id, self._thread = statement_id, thread
            self._told = False
            self._asked = self._since = None

    def end(self, jvm):
        """Nothing is interrupted from here on; an interrupt that nobody has taken does not reach the next statement.
        Returns whether the statement was asked to end."""
        with self._lock:
            self._statement_id = None
            asked = self._asked is not None
        if asked:
            jvm.java.lang.Thread.interrupted()
        return asked

    def asked(self):
        """Whether the statement was asked to end."""
        return self._asked is not None

    def interrupt(self, statement_id, within=None):
        """Asks the statement to end: interrupts the thread, if `within` is None or in its trace. Returns for how many
        seconds it has been interrupted by now, or None if the thread works for another statement, for none, or on the
        initializer of a class, which is waited for."""
        with self._lock:
            if self._statement_id != statement_id:
                return None
            now = self._clock()
            if self._asked is None:
                self._asked = now
            try:
                trace = self._trace()
                if _initializes(trace, within) and now - self._asked < INITIALIZER_SECONDS:
                    return None
                if within is None or within in trace:
                    self._thread.interrupt()
            except Exception as error:
                # Asked for many times a second: a JVM that does not answer does not answer the next one either.
                if not self._told:
                    log(f"statement {statement_id}: its thread cannot be interrupted", error)
                self._told = True
            if self._since is None:
                self._since = now
            return now - self._since

    def stop(self, statement_id, within):
        """Stops the thread by force if it works for this statement and the text `within` is in its trace: in other
        places a sudden end would leave things broken. Returns whether it did. Raises what Py4J raises where the JVM
        can't do that."""
        with self._lock:
            if self._statement_id != statement_id:
                return False
            trace = self._trace()
            if within not in trace or _initializes(trace, within):
                return False
            self._thread.stop()
            return True

    def _trace(self):
        # As that of an exception: the whole in a few calls, however deep it is.
        carrier = self._jvm.java.lang.Exception()
        carrier.setStackTrace(self._thread.getStackTrace())
        return self._jvm.org.apache.spark.util.Utils.exceptionString(carrier)


def _initializes(trace, within):
    """Whether the initializer of a class runs, called by what is in `within`: user code of Scala is itself in one."""
    called = trace if within is None else trace.partition(within)[0]
    return INITIALIZER in called
