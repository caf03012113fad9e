"""Stands in for the driver agent in tests of the engine: does what the properties of the application say."""

import os
import signal
import subprocess
import sys
import time

with open("__spark_conf__/__spark_conf__.properties", encoding="latin-1") as file:
    lines = [line.strip().replace("\\:", ":") for line in file]
properties = dict(
    line.split("=", 1) for line in lines if "=" in line and not line.startswith("#")
)
behaviour = properties["spark.test.behaviour"]

print("out", flush=True)
print("err", file=sys.stderr, flush=True)
if behaviour == "exit":
    sys.exit(3)
if behaviour == "crash":
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)
if behaviour == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    subprocess.Popen(["sh", "-c", "trap '' TERM; sleep 3600"])
with open(properties["spark.test.ready"] + ".arguments", "w", encoding="utf-8") as file:
    file.write("\0".join([*sys.argv, os.environ.get("EMBERLAB_TEST_WORD", "")]))
with open(properties["spark.test.ready"], "w", encoding="ascii") as file:
    file.write(os.environ["CONTAINER_ID"])
time.sleep(3600)
