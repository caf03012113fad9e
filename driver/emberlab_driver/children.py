"""Child processes of a statement."""

import os
import signal


def interrupt_descendants(since_ticks):
    """Sends SIGINT to all processes below this one that began at or after `since_ticks` (of `current_ticks`), as Ctrl-C
    on a terminal would. Does nothing on a system without /proc."""
    parents, begun = {}, {}
    for entry in _entries():
        stat = _read_stat(entry)
        if stat is not None:
            parents[int(entry)], begun[int(entry)] = stat
    for process in parents:
        if begun[process] >= since_ticks and _is_below(process, os.getpid(), parents):
            try:
                os.kill(process, signal.SIGINT)
            except (ProcessLookupError, PermissionError):
                pass  # it has just ended, or runs as another user


def current_ticks():
    """Now, in the clock ticks since boot that /proc gives for the start of processes; 0 without /proc."""
    try:
        with open("/proc/uptime", "rb") as file:
            return int(float(file.read().split()[0]) * os.sysconf("SC_CLK_TCK"))
    except (OSError, ValueError):
        return 0


def _entries():
    try:
        return [entry for entry in os.listdir("/proc") if entry.isdigit()]
    except OSError:
        return []


def _read_stat(entry):
    """`(parent, start in ticks)`, or None when the process is gone."""
    try:
        with open(f"/proc/{entry}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()  # the name in parentheses may hold spaces
    except OSError:
        return None
    return int(fields[1]), int(fields[19])


def _is_below(process, ancestor, parents):
    seen = set()
    while process in parents and process not in seen:
        seen.add(process)
        process = parents[process]
        if process == ancestor:
            return True
    return False
