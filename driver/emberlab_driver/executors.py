"""The list of executors, for the question `executors`."""

from datetime import datetime, timezone

from .samples import running_tasks

MOST_EXECUTORS = 1000
LOG_STREAMS = ("stdout", "stderr")


def describe_executors(executors):
    """The protocol's answer from Spark's list of executors: those that are there first, then by age. A driver that runs
    no tasks is none."""
    shown = [executor for executor in executors if executor["id"] != "driver" or executor["totalCores"] > 0]
    shown.sort(key=lambda executor: (not executor["isActive"], _order(executor["id"])))
    return [_describe(executor) for executor in shown[:MOST_EXECUTORS]]


def _describe(executor):
    # The driver's log is a file of the control plane's.
    pages = executor.get("executorLogs") or {}
    logs = LOG_STREAMS if executor["id"] == "driver" else pages
    return {
        "id": executor["id"],
        "host": executor["hostPort"],
        "active": executor["isActive"],
        "cores": executor["totalCores"],
        "memoryUsedBytes": max(0, executor["memoryUsed"]),
        "memoryTotalBytes": max(0, executor["maxMemory"]),
        "activeTasks": running_tasks(executor),
        "completedTasks": max(0, executor["completedTasks"]),
        "failedTasks": max(0, executor["failedTasks"]),
        "addedAt": _milliseconds(executor.get("addTime")),
        "removedAt": _milliseconds(executor.get("removeTime")),
        "removeReason": executor.get("removeReason"),
        "logs": [stream for stream in LOG_STREAMS if stream in logs],
        "pages": {stream: pages[stream] for stream in LOG_STREAMS if stream in pages},
    }


def _order(executor_id):
    """Ids are numbers almost always; 10 comes after 9."""
    return (0, int(executor_id), "") if executor_id.isdecimal() else (1, 0, executor_id)


def _milliseconds(text):
    """A time of Spark's REST interface, `2026-01-31T09:30:00.000GMT`, since the epoch; None for what is none."""
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fGMT").replace(tzinfo=timezone.utc)
    except (TypeError, ValueError):
        return None
    return round(moment.timestamp() * 1000)
