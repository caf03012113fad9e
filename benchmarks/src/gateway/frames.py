"""Fetches rows from a session as sparkmagic does and as our kernels do, in turns.

    python frames.py LIVY SESSION ROWS ROUNDS

Prints the seconds of each as JSON: {"json": [...], "arrow": [...]}.
"""

import json
import os
import sys
import time

import pandas as pd
import requests
from emberlab_jupyter.frames import read_frame
from sparkmagic.utils.utils import coerce_pandas_df_to_numeric_datetime

QUERY = (
    "SELECT id, id * 1.5 AS price, concat('name ', id) AS name, date_add(DATE'2024-01-01', CAST(id % 365 AS INT)) AS day, "
    "id % 7 = 0 AS flag FROM range({rows})"
)


def main():
    base, session, rows, rounds = (
        sys.argv[1],
        sys.argv[2],
        int(sys.argv[3]),
        int(sys.argv[4]),
    )
    http = requests.Session()
    http.headers["Authorization"] = os.environ["EMBERLAB_BENCH_AUTHORIZATION"]
    statements = f"{base}/sessions/{session}/statements"
    query = QUERY.format(rows=rows)

    def run(code, kind):
        answer = http.post(statements, json={"code": code, "kind": kind})
        answer.raise_for_status()
        number = answer.json()["id"]
        while True:
            statement = http.get(f"{statements}/{number}").json()
            if statement["state"] in ("available", "cancelled"):
                assert statement["output"]["status"] == "ok", statement["output"]
                return number, statement["output"]["data"]

    def by_json():
        code = f'for row in spark.sql(u"""{query} """).toJSON(use_unicode=True).take({rows}):\n    print(row)'
        _, data = run(code, "pyspark")
        frame = pd.DataFrame(
            [json.loads(line) for line in data["text/plain"].split("\n")]
        )
        coerce_pandas_df_to_numeric_datetime(frame)
        return frame

    def by_arrow():
        request = {"sql": query, "method": "take", "rows": rows}
        number, _ = run(json.dumps(request), "arrow")
        return read_frame(
            lambda: http.get(f"{statements}/{number}/arrow", stream=True), rows
        )

    seconds = {"json": [], "arrow": []}
    by_json(), by_arrow()
    for _ in range(rounds):
        for name, fetch in (("json", by_json), ("arrow", by_arrow)):
            start = time.perf_counter()
            frame = fetch()
            seconds[name].append(time.perf_counter() - start)
            assert len(frame) == rows
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
