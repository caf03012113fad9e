"""Runs cells in a kernel as a notebook does, and asks the gateway how long the driver took for each.

    python cells.py KERNEL CELLS

Runs with the environment variables of a Jupyter server, which say where its kernels find the gateway. Prints as JSON, in milliseconds,
{"cell": [...], "driver": [...]}: from the request to its reply, and from the driver's begin to its end.
"""

import json
import os
import sys
import time

import requests
from jupyter_client.manager import start_new_kernel


def main():
    kernel, cells = sys.argv[1], int(sys.argv[2])
    folder = os.environ["SPARKMAGIC_CONF_DIR"]
    with open(f"{folder}/config.json", encoding="utf-8") as file:
        base = json.load(file)["kernel_python_credentials"]["url"]
    http = requests.Session()
    with open(f"{folder}/token", encoding="utf-8") as file:
        http.headers["Authorization"] = f"Bearer {file.read().strip()}"

    def get(path):
        answer = http.get(base + path)
        answer.raise_for_status()
        return answer.json()

    manager, client = start_new_kernel(kernel_name=kernel, startup_timeout=120)
    try:

        def run(code):
            start = time.perf_counter()
            reply = client.execute_interactive(
                code, timeout=300, output_hook=lambda message: None
            )
            seconds = time.perf_counter() - start
            assert reply["content"]["status"] == "ok", reply["content"]
            return seconds * 1000

        # The first one starts the session, or takes one that was started ahead.
        run("1+1")
        session = max(each["id"] for each in get("/sessions")["sessions"])
        taken = {"cell": [], "driver": []}
        for number in range(cells):
            taken["cell"].append(run(f"{number}+1"))
            # That of the last cell: every cell is one statement, and nobody else uses the session.
            statement = get(f"/sessions/{session}/statements?order=desc&size=1")[
                "statements"
            ][0]
            assert statement["code"].strip() == f"{number}+1", statement
            taken["driver"].append(statement["completed"] - statement["started"])
        print(json.dumps(taken))
        run("%%cleanup -f")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


if __name__ == "__main__":
    main()
