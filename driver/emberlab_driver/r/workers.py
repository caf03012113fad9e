"""The R processes that run tasks beside a local driver."""

import os
import signal
import time

from ..children import command_of, descendants, send_signal

DAEMON = "/SparkR/worker/daemon.R"
# How long Spark may take to note that the jobs it was told to cancel have ended.
JOBS_SECONDS = 1.0
POLL_SECONDS = 0.02


def end_abandoned(spark):
    """Ends the R workers of cancelled tasks. Spark interrupts the thread of such a task, which feels nothing while it
    waits for R; the task would keep its core until R is done. Called between statements; where jobs still run, such as
    those of a stream, their workers can't be told from the others and all are left alone. On a cluster the workers run
    elsewhere, and nothing is found."""
    workers = _workers()
    if not workers or not _wait_for_no_jobs(spark):
        return
    for worker in workers:
        send_signal(worker, signal.SIGKILL)


def _workers():
    """Children of the daemon that Spark keeps for R. The JVM is this process's parent."""
    below = descendants(os.getppid())
    daemons = {process for process in below if DAEMON in command_of(process)}
    return [process for process in daemons if below[process][0] in daemons]


def _wait_for_no_jobs(spark):
    deadline = time.monotonic() + JOBS_SECONDS
    while spark.has_active_jobs():
        if time.monotonic() >= deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
