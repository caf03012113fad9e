"""The interpreters of a session, by kind of code. Each starts when it is first needed."""

import threading
from dataclasses import dataclass
from typing import Any, Callable

from .log import log
from .spark import cause_of

# How often a statement that waits for its interpreter looks whether it has been cancelled.
LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Parts:
    """What interpreters are built from: the Capture and the InterruptGate of the process, the limit of a statement's
    output in bytes, the SparkApplication with the names that Python code finds defined, and what is called before each
    statement."""

    capture: Any
    gate: Any
    output_limit: int
    spark: Any
    names: dict
    before_statement: Callable


class StartError(Exception):
    """An interpreter cannot start; the message is a sentence for people, without a period at its end."""


class Interpreters:
    """`makers` maps each kind to a function that starts its interpreter: it takes Parts, returns an Interpreter, and
    raises StartError, or anything else, when that fails; the next statement of the kind then tries anew."""

    def __init__(self, makers, parts):
        self._makers = makers
        self._parts = parts
        self._lock = threading.Lock()
        self._starts = {}
        self._closed = False

    def started(self, kind):
        """The interpreter of this kind, or None while it has not started. Any thread."""
        start = self._starts.get(kind)
        return start.interpreter if start is not None else None

    def start(self, kind, given_up=lambda: False):
        """The interpreter of this kind, started if it was not. Raises StartError; returns None once `given_up()` is
        true, while the start goes on for the next who asks."""
        maker = self._makers.get(kind)
        if maker is None:
            raise StartError(f"there is none for code of the kind '{kind}'")
        with self._lock:
            start = self._starts.get(kind)
            if start is None:
                start = self._starts[kind] = _Start(kind, maker, self._parts)
        while not start.done.wait(LOOK_SECONDS):
            if given_up():
                return None
        if start.interpreter is None:
            with self._lock:
                # Another who waited for it may have begun the next.
                if self._starts.get(kind) is start:
                    del self._starts[kind]
            raise StartError(cause_of(start.error)) from start.error
        return start.interpreter

    def warm(self, kinds):
        """Starts these one after the other, in the background; what can't start says so to the statement that needs
        it."""
        threading.Thread(target=self._warm, args=(kinds,), name="emberlab-warm", daemon=True).start()

    def _warm(self, kinds):
        for kind in kinds:
            if self._closed:
                return
            try:
                self.start(kind)
            except StartError:
                pass  # its reason is in the log

    def close(self):
        """Ends those that have started."""
        self._closed = True
        for start in list(self._starts.values()):
            if start.interpreter is not None:
                try:
                    start.interpreter.close()
                except Exception as error:
                    log(f"the interpreter of the kind {start.kind} did not end in order", error)


class _Start:
    """One attempt, on a thread of its own: a statement that is cancelled need not wait for it."""

    def __init__(self, kind, maker, parts):
        self.kind = kind
        self.done = threading.Event()
        self.interpreter = None
        self.error = None
        threading.Thread(target=self._run, args=(maker, parts), name=f"emberlab-start-{kind}", daemon=True).start()

    def _run(self, maker, parts):
        try:
            self.interpreter = maker(parts)
        except BaseException as error:
            log(f"the interpreter of the kind {self.kind} cannot start", error)
            self.error = error
        finally:
            self.done.set()
