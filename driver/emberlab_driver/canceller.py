"""Cancels the running statement: first its Spark jobs, then the interpreter itself."""

import threading
import time

# A statement that waits for a job ends by itself once the job is cancelled, with an error that says so.
GRACE_SECONDS = 0.25
INSIST_SECONDS = 0.05
# Code that catches the failure of one job may start the next.
CANCEL_AGAIN_SECONDS = 1.0
# An interrupt may leave a call to the JVM behind that begins its job only when it has been planned. From Spark 4 on
# that job is refused; before, it is cancelled if it begins within a minute.
AFTERMATH_SECONDS = (0.0, 0.5, 1.5, 3.0, 5.0, 10.0, 20.0, 20.0)


def cancel_running(statement, spark, interpreter_of):
    """Ends `statement`, for as long as that takes, on threads of its own; returns at once. `interpreter_of(kind)` is
    None while the interpreter has not started."""
    arguments = (statement, spark, interpreter_of)
    threading.Thread(target=_insist, args=arguments, name="emberlab-cancel", daemon=True).start()


def _insist(statement, spark, interpreter_of):
    _cancel_jobs(statement, spark)
    if statement.ended.wait(GRACE_SECONDS):
        return
    waited = 0.0
    while not statement.ended.is_set():
        interpreter = interpreter_of(statement.kind)
        if interpreter is not None:
            interpreter.interrupt(statement.id)
        statement.ended.wait(INSIST_SECONDS)
        waited += INSIST_SECONDS
        if waited >= CANCEL_AGAIN_SECONDS:
            waited = 0.0
            _cancel_jobs(statement, spark)
    for pause in AFTERMATH_SECONDS:
        time.sleep(pause)
        _cancel_jobs(statement, spark)


def _cancel_jobs(statement, spark):
    # A JVM that is out of memory may not answer; the interpreter must be interrupted all the same.
    told = threading.Thread(target=spark.cancel_jobs, args=(statement.id,), name="emberlab-cancel-jobs", daemon=True)
    told.start()
    told.join(GRACE_SECONDS)
