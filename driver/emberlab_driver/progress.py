"""How far a statement's Spark jobs are, and the stages that run for them."""

_FINAL = frozenset(("SUCCEEDED", "FAILED"))
#: So many stages are told of at a time, the oldest: more are not read in a cell.
_MOST_STAGES = 8
_NAME_LENGTH = 80


class StatementProgress:
    """Finished tasks of all tasks in one statement's job group. A finished job is asked about only once, so that a
    statement of a thousand jobs stays cheap to watch."""

    def __init__(self, spark, statement_id):
        self._spark = spark
        self.statement_id = statement_id
        self._finished = {}
        self._progress = 0.0
        self.active_job = None
        #: those that run, the oldest first, as the protocol has them
        self.stages = []

    def poll(self):
        """Progress 0..1, never lower than before; sets `active_job` to the protocol's object or None, and `stages`."""
        completed = total = 0
        active = None
        running = set()
        for job_id in self._spark.job_ids(self.statement_id):
            counts = self._finished.get(job_id)
            if counts is None:
                job = self._spark.job(job_id)
                counts = _task_counts(job)
                if job["status"] in _FINAL:
                    self._finished[job_id] = counts
                else:
                    running.update(job["stageIds"])
                    if active is None or job_id > active["id"]:
                        description = job.get("description") or job.get("name")
                        active = {"id": job_id, "description": description, "completedTasks": counts[0]}
                        active["totalTasks"] = counts[1]
            completed += counts[0]
            total += counts[1]
        self.active_job = active
        self.stages = self._stages(running) if running else []
        if total:
            self._progress = max(self._progress, min(1.0, completed / total))
        return self._progress

    def _stages(self, wanted):
        found = sorted((one for one in self._spark.active_stages() if one["stageId"] in wanted), key=_stage_id)
        return [_stage(one) for one in found[:_MOST_STAGES]]


def _stage_id(stage):
    return stage["stageId"]


def _stage(stage):
    """What the protocol tells of a stage. Spark names it by the call that has made it: "count at Cell.scala:1"."""
    return {
        "id": stage["stageId"],
        "name": stage["name"].partition(" at ")[0][:_NAME_LENGTH],
        "totalTasks": stage["numTasks"],
        "completedTasks": min(stage["numCompleteTasks"], stage["numTasks"]),
        "activeTasks": stage["numActiveTasks"],
        "failedTasks": stage["numFailedTasks"],
    }


def _task_counts(job):
    total = max(0, job["numTasks"] - job["numSkippedTasks"])
    if job["status"] == "SUCCEEDED":
        return total, total
    return min(job["numCompletedTasks"], total), total
