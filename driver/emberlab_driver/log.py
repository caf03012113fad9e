"""Log lines of the agent itself. They go to the descriptor that was stderr when the process began, so that they reach
the driver's log and never a cell's output."""

import os
import time
import traceback

_descriptor = 2


def use_descriptor(descriptor):
    """Redirects log lines; called once, when descriptor 2 is taken over for capture."""
    global _descriptor
    _descriptor = descriptor


def log(message, error=None):
    """Writes one line, and the trace of `error` when given. Never raises: a full disk must not end a session."""
    lines = [f"{time.strftime('%Y-%m-%dT%H:%M:%S')} emberlab-driver: {message}\n"]
    if error is not None:
        lines += traceback.format_exception(type(error), error, error.__traceback__)
    write_raw("".join(lines).encode("utf-8", "replace"))


def write_raw(data):
    """Writes bytes to the log as they are: output that belongs to no statement ends up here."""
    try:
        os.write(_descriptor, data)
    except OSError:
        pass
