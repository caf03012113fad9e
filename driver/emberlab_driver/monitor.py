"""Watches Spark beside the running statement and posts `progress`, `metrics` and `sample`."""

import threading
import time

from . import messages
from .log import log
from .progress import StatementProgress
from .samples import Sampler, working

PROGRESS_SECONDS = 0.25
BUSY_METRICS_SECONDS = 1.0
IDLE_METRICS_SECONDS = 10.0


class Monitor:
    """One thread. `post(frame)` sends a text frame; `on_application_ended()` is called when Spark ended by itself."""

    def __init__(self, spark, post, on_application_ended, clock=time.monotonic):
        self._spark = spark
        self._post = post
        self._on_application_ended = on_application_ended
        self._clock = clock
        self._changed = threading.Event()
        self._progress = None
        self._sent_progress = (None, 0.0, [])
        self._sent_metrics = None
        self._sampler = Sampler(spark.driver_heap, clock)
        self._last_fault = None

    def start(self):
        """Begins to watch; called once the SparkContext is up."""
        threading.Thread(target=self._run, name="emberlab-monitor", daemon=True).start()

    def begin(self, statement_id):
        """Watches this statement from now on."""
        self._progress = StatementProgress(self._spark, statement_id)
        self._changed.set()

    def end(self):
        """Watches no statement."""
        self._progress = None
        self._changed.set()

    def last_metrics(self):
        """The frame sent last, for a connection that is new; None when there was none."""
        return self._sent_metrics

    def _run(self):
        next_metrics = 0.0
        measured = None
        while True:
            watched = self._progress
            if watched is not None:
                self._guarded(self._poll_progress, watched)
            if self._clock() >= next_metrics:
                self._guarded(self._poll_metrics, watched)
                measured = watched
                next_metrics = self._clock() + BUSY_METRICS_SECONDS
            if self._progress is not None:
                pause = PROGRESS_SECONDS
            elif measured is not None or self._sampler.owes:  # what was said last is no longer so
                pause = max(0.0, next_metrics - self._clock())
            else:
                pause = IDLE_METRICS_SECONDS
            if self._changed.wait(pause):
                self._changed.clear()
                # A statement that lasts milliseconds is not worth a call to the JVM; what matters is that calls keep
                # their distance when many such follow each other.
                time.sleep(PROGRESS_SECONDS)

    def _guarded(self, poll, watched):
        try:
            poll(watched)
        except Exception as error:
            # The context may be stopped or the JVM gone. Said once, as this comes back four times a second.
            if repr(type(error)) != self._last_fault:
                self._last_fault = repr(type(error))
                log("Spark cannot be watched", error)

    def _poll_progress(self, watched):
        progress = watched.poll()
        statement_id = watched.statement_id
        news = (statement_id, progress, watched.stages)
        if (progress or watched.stages) and news != self._sent_progress and self._progress is watched:
            self._sent_progress = news
            self._post(messages.encode("progress", id=statement_id, progress=progress, stages=watched.stages))

    def _poll_metrics(self, watched):
        if self._spark.ended_from_outside():
            self._on_application_ended()
            return
        executors = self._spark.executors()
        if executors is None:
            return
        metrics = summarize(executors)
        active = watched.active_job if watched is not None and watched is self._progress else None
        frame = messages.encode("metrics", **metrics, activeJob=active)
        if frame != self._sent_metrics:
            self._sent_metrics = frame
            self._post(frame)
        sample = self._sampler.take(executors)
        if sample is not None:
            self._post(messages.encode("sample", **sample))


def summarize(executors):
    """The sums of the protocol's `metrics` from Spark's list of executors. The driver counts as one in local mode only,
    where it runs the tasks itself."""
    workers = working(executors)
    return {
        "executors": len(workers),
        "cores": sum(executor["totalCores"] for executor in workers),
        "memoryUsedBytes": sum(executor["memoryUsed"] for executor in workers),
        "memoryTotalBytes": sum(executor["maxMemory"] for executor in workers),
    }
