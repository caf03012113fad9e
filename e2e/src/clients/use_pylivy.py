"""Uses every part of the client library `livy`: sessions of three kinds, frames up and down, batches.

Arguments: the address of the gateway and the folder of the project; the token comes from EMBERLAB_TEST_TOKEN. Prints what it saw as JSON.
"""

import json
import os
import sys

import pandas
from livy import LivyBatch, LivySession, SessionKind
from livy.client import LivyClient

url, project = sys.argv[1:]
auth = ("me", os.environ["EMBERLAB_TEST_TOKEN"])
small = {"driver_memory": "512m", "driver_cores": 1}
seen = {}

client = LivyClient(url, auth)
seen["legacy"] = client.legacy_server()

with LivySession.create(
    url, auth, kind=SessionKind.PYSPARK, echo=False, **small
) as session:
    seen["text"] = session.run("print(40 + 2)").text
    session.upload(
        "people", pandas.DataFrame({"name": ["Ada", "Žofie"], "age": [36, 41]})
    )
    seen["people"] = session.download("people.orderBy('age')").to_dict("records")
    session.check = False
    error = session.run("1/0")
    seen["error"] = [error.ename, error.evalue]
    seen["listed"] = session.session_id in {
        one.session_id for one in client.list_sessions()
    }
seen["closed"] = client.get_session(session.session_id) is None

with LivySession.create(
    url, auth, kind=SessionKind.SQL, echo=False, **small
) as session:
    frame = session.read_sql(
        "SELECT id, id * 2 AS twice, CAST(NULL AS string) AS no FROM range(3)"
    )
    seen["sql"] = [list(frame.columns), frame.values.tolist()]

batch = LivyBatch.create(
    url,
    f"{project}/count.py",
    auth,
    args=["5", "from pylivy"],
    name="from pylivy",
    **small,
)
seen["batch"] = batch.wait().value
seen["batch log"] = "\n".join(batch.log(size=1000))
seen["batches"] = [one.batch_id for one in client.list_batches()] == [batch.batch_id]
batch.kill()
seen["killed"] = client.get_batch(batch.batch_id) is None
print(json.dumps(seen))
