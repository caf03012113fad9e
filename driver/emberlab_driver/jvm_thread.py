"""The thread of the JVM that works for the agent's main thread: Py4J gives each thread of Python one of its own."""

import threading
import time

from .log import log


class JvmThread:
    """Interrupts that thread while it works for one statement, and nothing else."""

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self._lock = threading.Lock()
        self._statement_id = None
        self._thread = None
        self._since = None

    def begin(self, statement_id, jvm):
        """The calling thread's own thread works for this statement from now on. Returns it (a java.lang.Thread)."""
        thread = jvm.java.lang.Thread.currentThread()
        with self._lock:
            self._statement_id, self._thread, self._since = statement_id, thread, None
        return thread

    def end(self, jvm):
        """Nothing is interrupted from here on; an interrupt that nobody has taken does not reach the next statement.
        Returns whether there was one."""
        with self._lock:
            self._statement_id = None
            interrupted = self._since is not None
        if interrupted:
            jvm.java.lang.Thread.interrupted()
        return interrupted

    def interrupt(self, statement_id):
        """Interrupts the thread if it works for this statement. Returns for how many seconds it has been asked to end,
        or None if it works for another or for none."""
        with self._lock:
            if self._statement_id != statement_id:
                return None
            if self._since is None:
                self._since = self._clock()
            try:
                self._thread.interrupt()
            except Exception as error:
                log(f"statement {statement_id}: its thread cannot be interrupted", error)
            return self._clock() - self._since
