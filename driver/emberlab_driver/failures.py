"""Exceptions as the clients show them: name, text and the lines of a trace, without the agent's own frames."""

import os
import traceback

from .interpreter import Failure
from .output_buffer import cut_text

_PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep


def describe(error, limit):
    """A Failure for any exception, with texts of at most about `limit` bytes. May run user code (`__str__`)."""
    _strip_own_frames(error, set())
    try:
        parts = traceback.format_exception(type(error), error, error.__traceback__)
    except Exception as fault:  # an exception class of the user's may fail to print
        parts = [
            "Traceback (most recent call last):\n",
            f"{type(error).__name__}: <{type(fault).__name__} in __str__>\n",
        ]
    if error.__traceback__ is None and not parts[0].startswith("Traceback"):
        parts.insert(0, "Traceback (most recent call last):\n")
    text = cut_text("".join(parts), limit)
    return Failure(type(error).__name__, cut_text(message_of(error), limit), lines_of(text))


def message_of(error):
    """`str(error)`, whatever its class does."""
    try:
        return str(error)
    except Exception as fault:
        return f"<{type(fault).__name__} in __str__ of {type(error).__name__}>"


def lines_of(text):
    """The lines of a text, each with a newline at its end: clients join them with nothing between."""
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return [line + "\n" for line in lines]


def _strip_own_frames(error, seen):
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    error.__traceback__ = _without_own_frames(error.__traceback__)
    _strip_own_frames(error.__cause__, seen)
    _strip_own_frames(error.__context__, seen)


def _without_own_frames(trace):
    kept = []
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(_PACKAGE):
            kept.append(trace)
        trace = trace.tb_next
    for earlier, later in zip(kept, kept[1:] + [None]):
        earlier.tb_next = later
    return kept[0] if kept else None
