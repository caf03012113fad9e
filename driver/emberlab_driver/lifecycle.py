"""How the agent's process ends: asked to, by signal, with its JVM, or because nobody has called for it for long."""

import os
import signal
import threading

# The protocol gives a stop 5 s in all; the rest is for the process itself to go.
HARD_STOP_SECONDS = 4.0


class Lifecycle:
    """The first request to end decides the reason and the exit code.

    `on_end()` makes the main thread come to its end; `last_words(reason)` sends `bye`. A watchdog sees to it that the
    process is gone in time even if the main thread never obeys.
    """

    def __init__(self, on_end, last_words):
        self._on_end = on_end
        self._last_words = last_words
        self._lock = threading.Lock()
        self.reason = None
        self.exit_code = 0

    def end(self, reason, exit_code=0):
        """Ends the process in order. From any thread, any number of times; never blocks."""
        with self._lock:
            if self.reason is not None:
                return
            self.reason, self.exit_code = reason, exit_code
        threading.Thread(target=self._watchdog, name="emberlab-watchdog", daemon=True).start()
        threading.Thread(target=self._on_end, name="emberlab-end", daemon=True).start()

    def end_now(self, reason, exit_code):
        """Ends the process without waiting for the main thread."""
        self.end(reason, exit_code)
        self._last_words(reason)
        os._exit(exit_code)

    def watch_signals(self):
        """SIGTERM ends the agent as `stop` does. Main thread only."""
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        self._wakeup = writer
        threading.Thread(target=self._read_signals, args=(reader,), name="emberlab-signals", daemon=True).start()
        self.keep_signals()

    def keep_signals(self):
        """Takes SIGTERM back from user code: asyncio has the wake-up descriptor for itself, and anyone may install a
        handler. Called before each statement, on the main thread."""
        # The descriptor tells the watching thread even while the main thread is deep in C code.
        signal.set_wakeup_fd(self._wakeup, warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, self._on_sigterm)

    def watch_parent(self, descriptor):
        """Ends the agent when the other end of `descriptor` closes: the JVM that started it is gone then."""
        threading.Thread(target=self._read_parent, args=(descriptor,), name="emberlab-parent", daemon=True).start()

    def _on_sigterm(self, _number, _frame):
        try:
            os.write(self._wakeup, bytes([signal.SIGTERM]))  # in case another has the wake-up descriptor
        except BlockingIOError:
            pass  # full of other signals: the thread that reads it will get to this one

    def _read_signals(self, reader):
        while True:
            if signal.SIGTERM in os.read(reader, 512):
                self.end("The driver was terminated.")

    def _read_parent(self, descriptor):
        while os.read(descriptor, 512):
            pass
        self.end_now("The driver's JVM has ended.", 1)

    def _watchdog(self):
        threading.Event().wait(HARD_STOP_SECONDS)
        self._last_words(self.reason)
        os._exit(self.exit_code)
