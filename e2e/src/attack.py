"""What somebody tries who runs code in a notebook and knows everything: each attempt that succeeds is printed.

The placeholder below is replaced by JSON: ``read`` (files), ``list`` (folders), ``connect`` (Unix sockets),
``processes`` (pids), ``ports``, ``write`` (files and folders), ``remove`` (files).
"""

import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess

targets = json.loads(r"""TARGETS""")
done = []


def attempt(what, target, act):
    try:
        act()
    except (OSError, subprocess.SubprocessError):
        return
    done.append(f"{what} {target}")


def write(path):
    place = pathlib.Path(path)
    if place.is_dir():
        place = place / "by-eve"
    with place.open("ab") as file:
        file.write(b"x")


def read_some(path):
    """A process that has ended has nothing to read."""
    if pathlib.Path(path).read_bytes() == b"":
        raise FileNotFoundError(path)


def connect(path):
    with socket.socket(socket.AF_UNIX) as made:
        made.connect(path)


for path in targets["read"]:
    attempt("read", path, lambda path=path: pathlib.Path(path).read_bytes())
    attempt(
        "read in a user namespace",
        path,
        lambda path=path: subprocess.run(
            ["unshare", "--user", "--map-root-user", "cat", path],
            check=True,
            capture_output=True,
        ),
    )
for path in targets["list"]:
    attempt("list", path, lambda path=path: os.listdir(path))
for path in targets["connect"]:
    attempt("connect", path, lambda path=path: connect(path))


def attempt_process(pid):
    for name in ("environ", "mem", "maps"):
        path = f"/proc/{pid}/{name}"
        attempt("read", path, lambda path=path: read_some(path))
    for name in ("fd", "root", "cwd"):
        path = f"/proc/{pid}/{name}"
        attempt("list", path, lambda path=path: os.listdir(path))
    attempt("signal", pid, lambda: os.kill(pid, signal.SIGCONT))
    limits = ["prlimit", "--pid", str(pid), "--nofile=10"]
    attempt(
        "change the limits of",
        pid,
        lambda: subprocess.run(limits, check=True, capture_output=True),
    )


for pid in targets["processes"]:
    attempt_process(pid)


def ask(port):
    """A page or an answer of Spark's REST; what is refused, or is no web server, is nothing."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/api/v1/applications")
        if connection.getresponse().status != 200:
            raise PermissionError(port)
    except http.client.HTTPException as error:
        raise PermissionError(port) from error
    finally:
        connection.close()


for port in targets["ports"]:
    attempt("ask port", port, lambda port=port: ask(port))
for path in targets["write"]:
    attempt("write", path, lambda path=path: write(path))
    attempt("own", path, lambda path=path: os.chmod(path, 0o777))
for path in targets["remove"]:
    attempt("remove", path, lambda path=path: os.unlink(path))
attempt("become", "root", lambda: os.setuid(0))
attempt(
    "su",
    "root",
    lambda: subprocess.run(
        ["su", "-c", "id"], check=True, capture_output=True, input=b""
    ),
)
attempt(
    "mount",
    "/mnt",
    lambda: subprocess.run(
        ["mount", "-t", "tmpfs", "x", "/mnt"], check=True, capture_output=True
    ),
)
status = pathlib.Path("/proc/self/status").read_text()
if "NoNewPrivs:\t1" not in status or "CapBnd:\t0000000000000000" not in status:
    done.append("more rights than none")
print("ATTACK " + json.dumps(done))
