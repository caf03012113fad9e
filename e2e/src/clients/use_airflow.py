"""Runs batches as Airflow's Livy operator does: posts one, polls its state, reads its log page by page, deletes it.

Arguments: the folder of the project and the prefix of the gateway. The connection comes from AIRFLOW_CONN_LIVY_DEFAULT. Prints what it saw as JSON.
"""

import json
import sys
import time

from airflow.exceptions import AirflowException
from airflow.providers.apache.livy.hooks.livy import BatchState, LivyHook


def log_of(hook, batch_id):
    """All lines of a log, in pages of three."""
    lines, total = [], 1
    while len(lines) < total:
        page = hook.get_batch_logs(batch_id, len(lines), 3)
        lines += page["log"]
        total = page["total"]
    return "\n".join(lines)


def run(hook, **fields):
    batch_id = hook.post_batch(
        driver_memory="512m",
        driver_cores="1",
        conf={"spark.sql.shuffle.partitions": 1},
        **fields,
    )
    states = []
    while not states or states[-1] not in hook.TERMINAL_STATES:
        state = hook.get_batch_state(batch_id)
        if not states or states[-1] != state:
            states.append(state)
        time.sleep(0.2)
    batch = hook.get_batch(batch_id)
    hook.dump_batch_logs(batch_id)
    log = log_of(hook, batch_id)
    return batch_id, {
        "last": states[-1].value,
        "only": {state.value for state in states}
        <= {"starting", "running", states[-1].value},
        "state": batch["state"],
        "application": batch["appId"],
        "log": log,
    }


project, prefix = sys.argv[1:]
hook = LivyHook(endpoint_prefix=prefix)
first, good = run(
    hook, file=f"{project}/count.py", args=[7, "a b"], name="from airflow"
)
second, bad = run(hook, file=f"{project}/count.py", args=["no number"])
deleted = hook.delete_batch(first)
try:
    hook.get_batch_state(first)
    gone = False
except AirflowException as error:
    gone = "not found" in str(error)
try:
    hook.post_batch(file=f"{project}/missing.py")
    refusal = None
except AirflowException as error:
    refusal = str(error)

waiting = hook.post_batch(file=f"{project}/wait.py", driver_memory="512m")
while hook.get_batch_state(waiting) != BatchState.RUNNING:
    time.sleep(0.2)
killed = hook.delete_batch(waiting)
print(
    json.dumps(
        {
            "good": good,
            "bad": bad,
            "deleted": [deleted, killed],
            "gone": gone,
            "refusal": refusal,
        }
    )
)
