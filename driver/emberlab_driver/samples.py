"""Measurements of the application over time."""

import time

ACTIVE_SECONDS = 2.0
QUIET_SECONDS = 30.0


class Sampler:
    """Which measurements are worth keeping: one in ACTIVE_SECONDS at most while something changes, and one in
    QUIET_SECONDS else. `read_heap()` is asked only for those."""

    def __init__(self, read_heap, clock=time.monotonic):
        self._read_heap = read_heap
        self._clock = clock
        self._last = None
        self._taken_at = 0.0
        # Whether something has changed that no sample tells yet.
        self.owes = False

    def take(self, executors):
        """The protocol's `sample` of Spark's list of executors as it is now, or None when none is due."""
        counts = count(executors)
        age = self._clock() - self._taken_at
        changed = counts != self._last
        if self._last is not None and age < (ACTIVE_SECONDS if changed else QUIET_SECONDS):
            self.owes = changed
            return None
        heap = self._read_heap()
        if heap is None:
            return None
        self._last, self._taken_at, self.owes = counts, self._clock(), False
        return {**counts, **heap, **collections(executors)}


def count(executors):
    """What changes only when something happens: tasks, storage memory, bytes. What executors that are gone have done
    counts; what they had does not."""
    workers = working(executors)

    def total(name, of=executors):
        return sum(max(0, executor[name]) for executor in of)

    return {
        "executors": len(workers),
        "cores": total("totalCores", workers),
        "activeTasks": sum(running_tasks(worker) for worker in workers),
        "completedTasks": total("completedTasks"),
        "failedTasks": total("failedTasks"),
        "memoryUsedBytes": total("memoryUsed", workers),
        "memoryTotalBytes": total("maxMemory", workers),
        "inputBytes": total("totalInputBytes"),
        "shuffleReadBytes": total("totalShuffleRead"),
        "shuffleWriteBytes": total("totalShuffleWrite"),
        "taskMs": total("totalDuration"),
    }


def collections(executors):
    """What heartbeats bring, whether or not anything happens: garbage collection and the heaps of executors."""
    return {
        "gcMs": sum(max(0, executor["totalGCTime"]) for executor in executors),
        "executorHeapPeakBytes": _heap_peak(executors),
    }


def working(executors):
    """The executors that run tasks. The driver is one in local mode only."""
    return [executor for executor in executors if executor["isActive"] and executor["totalCores"] > 0]


def running_tasks(executor):
    """How many tasks compute on an executor. Spark counts one until the scheduler has heard of its end, but gives its
    core to the next one before that: with short tasks it counts more of them than there are cores."""
    return min(max(0, executor["activeTasks"]), executor["totalCores"])


def _heap_peak(executors):
    peaks = [
        executor["peakMemoryMetrics"]["JVMHeapMemory"]
        for executor in working(executors)
        if executor["id"] != "driver" and "JVMHeapMemory" in (executor.get("peakMemoryMetrics") or {})
    ]
    return sum(peaks) if peaks else None
