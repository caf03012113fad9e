"""What the agent asks of an interpreter, and how one answers. One implementation per kind of code."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Success:
    """The statement ended; `data` maps MIME types to JSON values."""

    data: dict


@dataclass(frozen=True)
class Failure:
    """The statement failed. `traceback` is a list of lines that each end in a newline; what was printed before the
    failure comes first in it, because clients show nothing else of a failed statement."""

    ename: str
    evalue: str
    traceback: list = field(default_factory=list)


class FrameError(Exception):
    """There is no DataFrame of that name; the message is a sentence for people."""


class Interpreter(ABC):
    """Runs code of one kind. State is kept from one statement to the next."""

    # Whether `complete` may be called while a statement of this kind runs.
    completes_while_running = False
    # How long somebody waits for what `complete` finds.
    complete_seconds = 2.0

    @abstractmethod
    def run(self, code, statement_id):
        """Runs `code` on the main thread; returns Success or Failure and raises nothing, whatever the code does."""

    @abstractmethod
    def interrupt(self, statement_id):
        """Asks the statement to end soon. Called from other threads, again and again until the statement has ended,
        and possibly just after it; must return at once and must not touch another statement."""

    def complete(self, code, cursor):
        """`(candidates, start, end)`: whole words that may stand for `code[start:end]`, which ends at or reaches over
        the `cursor`. Called from other threads; whatever it raises counts as no candidates."""
        return [], cursor, cursor

    def inspect(self, code, cursor):
        """A text on what stands at the cursor, or None. Called as `complete` is."""
        return None

    def variables(self):
        """`(name, type, value)` of the variables that code has defined, as texts, or None where that can't be said.
        Called as `complete` is."""
        return None

    def frame(self, name):
        """The pyspark DataFrame for a variable of this kind. Main thread; raises FrameError."""
        raise FrameError(f"The variable '{name}' cannot be brought: its kind of code has no DataFrames.")

    def close(self):  # noqa: B027 - most hold nothing
        """Frees what the interpreter holds. Main thread, once no statement runs any more."""
