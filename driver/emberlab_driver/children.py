"""Child processes of a statement."""

import os
import signal


def interrupt_descendants(since_ticks):
    """Sends SIGINT to all processes below this one that began at or after `since_ticks` (of `current_ticks`), as Ctrl-C
    on a terminal would. Does nothing on a system without /proc."""
    for process, (_, begun) in descendants(os.getpid()).items():
        if begun >= since_ticks:
            send_signal(process, signal.SIGINT)


def descendants(ancestor):
    """`{process: (parent, start in ticks)}` of all processes below `ancestor`; empty without /proc."""
    stats = {}
    for entry in _entries():
        stat = _read_stat(entry)
        if stat is not None:
            stats[int(entry)] = stat
    return {process: stat for process, stat in stats.items() if _is_below(process, ancestor, stats)}


def command_of(process):
    """The arguments of a process in one text, or an empty one when it is gone."""
    try:
        with open(f"/proc/{process}/cmdline", "rb") as file:
            return file.read().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""


def send_signal(process, number):
    """Signals a process that may have just ended, or run as another user."""
    try:
        os.kill(process, number)
    except (ProcessLookupError, PermissionError):
        pass


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


def _is_below(process, ancestor, stats):
    seen = set()
    while process in stats and process not in seen:
        seen.add(process)
        process = stats[process][0]
        if process == ancestor:
            return True
    return False
