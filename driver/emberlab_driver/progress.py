"""How far a statement's Spark jobs are."""

_FINAL = frozenset(("SUCCEEDED", "FAILED"))


class StatementProgress:
    """Finished tasks of all tasks in one statement's job group. A finished job is asked about only once, so that a
    statement of a thousand jobs stays cheap to watch."""

    def __init__(self, spark, statement_id):
        self._spark = spark
        self.statement_id = statement_id
        self._finished = {}
        self._progress = 0.0
        self.active_job = None

    def poll(self):
        """Progress 0..1, never lower than before; sets `active_job` to the protocol's object or None."""
        completed = total = 0
        active = None
        for job_id in self._spark.job_ids(self.statement_id):
            counts = self._finished.get(job_id)
            if counts is None:
                job = self._spark.job(job_id)
                counts = _task_counts(job)
                if job["status"] in _FINAL:
                    self._finished[job_id] = counts
                elif active is None or job_id > active["id"]:
                    description = job.get("description") or job.get("name")
                    active = {"id": job_id, "description": description, "completedTasks": counts[0]}
                    active["totalTasks"] = counts[1]
            completed += counts[0]
            total += counts[1]
        self.active_job = active
        if total:
            self._progress = max(self._progress, min(1.0, completed / total))
        return self._progress


def _task_counts(job):
    total = max(0, job["numTasks"] - job["numSkippedTasks"])
    if job["status"] == "SUCCEEDED":
        return total, total
    return min(job["numCompletedTasks"], total), total
