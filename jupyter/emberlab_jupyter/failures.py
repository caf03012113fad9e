"""What is told of a statement that failed: the exception and the member's own lines first, all the rest to unfold."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

#: So many lines of a message are shown at once, and so many frames of the member's own code.
MESSAGE_LINES = 12
OWN_FRAMES = 6

PYTHON_TRACE = "Traceback (most recent call last):"
#: R's, of which the calls are few.
R_TRACE = "Traceback:"
#: A frame of the JVM, and what heads some of them.
JVM_FRAME = re.compile(r"\s+(?:at \S|\.\.\. \d+ (?:more|elided))|(?:Driver|JVM) stacktrace:")
#: Code that was typed into a cell, in frames of Scala.
SCALA_CELL = re.compile(r"\s+at .*<(?:console|pastie)>")
#: The class of an exception and what it says, where a trace of Python ends.
LAST_WORDS = re.compile(r"(?:[A-Za-z_]\w*\.)*([A-Za-z_]\w*)(: .*)?")


@dataclass(frozen=True)
class Failure:
    """``printed``: what the cell had printed. ``useful``: what to read first. ``trace``: all of it, where that is more
    than what is useful; else empty."""

    printed: str
    useful: str
    trace: str = ""

    def bundle(self) -> dict[str, str]:
        """The trace, folded up, as a notebook shows it."""
        count = self.trace.count("\n") + 1
        folded = (
            f"<details><summary>The whole trace ({count} lines)</summary><pre>{html.escape(self.trace)}</pre></details>"
        )
        return {"text/plain": self.trace, "text/html": folded}


def read_failure(output: dict[str, Any]) -> Failure:
    """What an output of the status ``error`` says."""
    name, message = output["ename"], output["evalue"].rstrip("\n")
    lines = "".join(output["traceback"]).rstrip("\n").split("\n")
    if PYTHON_TRACE in lines:
        at = lines.index(PYTHON_TRACE)
        return of_python(name, message, lines[:at], lines[at:])
    if R_TRACE in lines:
        at = lines.index(R_TRACE)
        return of_others(message, lines[:at], lines[at:])
    return of_others(message, [], lines)


def of_python(name: str, message: str, printed: list[str], trace: list[str]) -> Failure:
    remote = message.find(PYTHON_TRACE)
    if remote < 0:
        first = shortened(f"{name}: {message}" if message else name)
        frames = own_frames(trace)
    else:
        # It was raised in a task, by a function that a worker of Spark ran: that is what went wrong.
        # Below the frames of the JVM it is told again.
        task = list(takewhile(lambda line: not JVM_FRAME.match(line), message[remote:].split("\n")))
        first = [*shortened(last_words(task) or f"{name}: {message}"), "in a task of Spark, from:"]
        # Spark 4 carries the worker's frames on, so that they stand in both.
        inner = own_frames(task)
        outer = list(takewhile(lambda line: line.startswith("  "), trace[1:]))
        frames = [*inner, *(frame for frame in own_frames(outer) if frame[0] not in {other[0] for other in inner})]
    lines = [line for frame in frames[-OWN_FRAMES:] for line in frame]
    useful = [*first, *lines]
    # A plain trace has nothing more than its heading, and the last line that now stands first.
    complete = remote < 0 and len(first) == message.count("\n") + 1 and len(lines) + len(first) + 1 >= len(trace)
    return Failure(joined(printed), "\n".join(useful), "" if complete else "\n".join(trace))


def of_others(message: str, printed: list[str], trace: list[str]) -> Failure:
    trace = [line for line in trace if line.strip()]
    lines = [line for line in message.split("\n") if not JVM_FRAME.match(line)]
    own = [line for line in [*message.split("\n"), *trace] if SCALA_CELL.match(line)]
    words = [line for line in trace if not JVM_FRAME.match(line)]
    useful = [*shortened("\n".join(lines).rstrip()), *own[:OWN_FRAMES], *words]
    whole = [*message.split("\n"), *trace]
    left_out = [line for line in whole if line.strip() and line not in useful]
    complete = not any(line.lstrip().startswith("at ") for line in left_out) and "…" not in useful
    return Failure(joined(printed), "\n".join(useful), "" if complete else "\n".join(whole))


def shortened(message: str) -> list[str]:
    lines = message.split("\n")
    return lines if len(lines) <= MESSAGE_LINES else [*lines[: MESSAGE_LINES - 1], "…"]


def own_frames(trace: list[str]) -> list[list[str]]:
    """The frames of a trace of Python that lie in cells, each with its code."""
    frames: list[list[str]] = []
    inside = False
    for line in trace:
        if line.startswith("  File "):
            inside = line.startswith('  File "<cell ')
            if inside:
                frames.append([])
        elif not line.startswith("    "):
            inside = False
        if inside:
            frames[-1].append(line)
    return frames


def last_words(trace: list[str]) -> str | None:
    """What a trace of Python ends with: the exception, with all lines of what it says."""
    begin = next(
        (
            at
            for at in range(len(trace) - 1, 0, -1)
            if trace[at - 1].startswith("  ") and LAST_WORDS.fullmatch(trace[at])
        ),
        None,
    )
    if begin is None:
        return None
    match = LAST_WORDS.fullmatch(trace[begin])
    words = f"{match[1]}{match[2] or ''}" if match else trace[begin]
    return "\n".join([words, *trace[begin + 1 :]]).rstrip()


def joined(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
