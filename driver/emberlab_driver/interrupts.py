"""KeyboardInterrupt in the statement that was cancelled, and nowhere else."""

import os
import signal
import threading
import time

_PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep
# Modules that only convert values: leaving them halfway does no harm, and a large table takes long.
_INTERRUPTIBLE = tuple(_PACKAGE + name for name in ("magics.py", "table.py", "sql_rows.py", "arrow_stream.py"))
# A statement may catch KeyboardInterrupt to tidy up; it gets this long before the next one.
REPEAT_SECONDS = 1.0
# A signal without effect for this long was most likely ignored: `os.system` does that while its child runs.
UNANSWERED_SECONDS = 0.5


class InterruptGate:
    """Owns SIGINT. A signal raises only while the statement that it is meant for runs user code. Between statements it
    does nothing; while the agent's own lines are on top of the stack it waits for `checkpoint`, or for the canceller to
    ask again."""

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self._main_thread = threading.main_thread().ident
        self._armed = None
        self._pending = None
        self._pending_since = 0.0
        self._deferred = False
        self._raised_at = None
        self._raised = None

    def arm(self, statement_id):
        """Lets interrupts of this statement through. Main thread only."""
        # Set for each statement: user code and a new SparkContext both install handlers of their own.
        signal.signal(signal.SIGINT, self._on_signal)
        self._pending = None
        self._deferred = False
        self._raised_at = None
        self._armed = statement_id

    def disarm(self):
        """Nothing is raised from here on."""
        self._armed = None
        self._raised = None

    def find_interrupt(self, error):
        """The interrupt from here that led to `error`, or None: cleaning up after it, libraries raise errors of their
        own (Py4J does), which say nothing to the one who cancelled."""
        seen = set()
        while error is not None and id(error) not in seen:
            if error is self._raised:
                return error
            seen.add(id(error))
            error = error.__context__
        return None

    def checkpoint(self):
        """Raises an interrupt that came while the agent's lines ran on behalf of user code: a statement that prints
        without end spends nearly all its time there. Any thread may call it; only the main thread is interrupted."""
        if self._deferred and threading.get_ident() == self._main_thread:
            self._deferred = False
            self._raise_if_meant()

    def request(self, statement_id):
        """Interrupts the statement if it is the armed one. For other threads; may be repeated quickly.

        Returns True, once in each UNANSWERED_SECONDS, while the interrupt does not get through.
        """
        if self._armed != statement_id:
            return False
        now = self._clock()
        if self._pending is None:
            if self._raised_at is not None and now - self._raised_at <= REPEAT_SECONDS:
                return False
            self._pending_since = now
            self._pending = statement_id
        # To this very thread: only then does a system call that it waits in come back.
        signal.pthread_kill(self._main_thread, signal.SIGINT)
        if now - self._pending_since < UNANSWERED_SECONDS:
            return False
        self._pending_since = now
        return True

    def _on_signal(self, _number, frame):
        name = frame.f_code.co_filename if frame is not None else ""
        if name.startswith(_PACKAGE) and not name.startswith(_INTERRUPTIBLE):
            self._deferred = True
        else:
            self._raise_if_meant()

    def _raise_if_meant(self):
        statement_id = self._pending
        if statement_id is None or statement_id != self._armed:
            return
        self._pending = None
        self._raised_at = self._clock()
        self._raised = KeyboardInterrupt("The statement was cancelled.")
        raise self._raised
