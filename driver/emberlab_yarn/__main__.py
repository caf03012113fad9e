"""Answers questions of the control plane on stdin, one JSON object a line, until that ends: see
packages/server/src/engines/yarn/helper.ts. Its one argument is JSON: `sparkHome`, `confDir`
and, where the cluster asks for it, `kerberos`. As whom it asks says HADOOP_USER_NAME, or its keytab; for whom that
user stands in says HADOOP_PROXY_USER, or `proxyUser` beside a keytab."""

import json
import os
import sys
import threading
import zipfile

sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from emberlab_yarn.cluster import Cluster  # noqa: E402
from emberlab_yarn.event_logs import bring_events, limit_events  # noqa: E402
from emberlab_yarn.failures import Failure, calling  # noqa: E402
from emberlab_yarn.java import find_py4j  # noqa: E402
from emberlab_yarn.store import Store  # noqa: E402

_OF_CLUSTER = {
    "queue",
    "capacity",
    "file_system",
    "find",
    "report",
    "kill",
    "finish",
    "executors",
    "executor_log",
    "unstage",
    "write_tokens",
    "cancel_tokens",
}
_OF_EVENTS = {"limit_events": limit_events, "bring_events": bring_events}


def pack(package, target):
    """Makes an archive of a Python package, the same for the same files."""
    name = os.path.basename(package)
    with zipfile.ZipFile(f"{target}.new", "w", zipfile.ZIP_DEFLATED) as archive:
        for folder, folders, files in os.walk(package):
            folders[:] = sorted(each for each in folders if each != "__pycache__")
            for file in sorted(files):
                path = os.path.join(folder, file)
                info = zipfile.ZipInfo(os.path.join(name, os.path.relpath(path, package)))
                info.compress_type = zipfile.ZIP_DEFLATED
                with open(path, "rb") as content:
                    archive.writestr(info, content.read())
    os.rename(f"{target}.new", target)


class Server:
    """The questions that the control plane has, each answered on a thread of its own."""

    def __init__(self, settings, output):
        self._settings = settings
        self._output = output
        self._writing = threading.Lock()
        self._opening = threading.Lock()
        self._cluster = None
        self._store = None
        self._called_off = set()
        find_py4j(settings["sparkHome"])

    def answer(self, line):
        """Answers one question, or takes one back; returns at once."""
        question = json.loads(line)
        if "call_off" in question:
            self._called_off.add(question["call_off"])
        else:
            threading.Thread(target=self._answer, args=(question,), daemon=True).start()

    def _answer(self, question):
        try:
            answer = {"value": self._ask(question["ask"], question.get("with", {}), self._teller(question["id"]))}
        except Failure as failure:
            answer = {"failure": {"kind": failure.kind, "text": str(failure)}}
        except Exception as error:
            answer = {"failure": {"kind": "other", "text": f"{type(error).__name__}: {error}"[:500]}}
        self._called_off.discard(question["id"])
        self._write({"id": question["id"], **answer})

    def _write(self, line):
        with self._writing:
            self._output.write(json.dumps(line) + "\n")
            self._output.flush()

    def _teller(self, question):
        """How far a question has come is told before it is answered. Who does so hears by a Failure when nobody wants
        the answer any more."""

        def tell(progress):
            if question in self._called_off:
                raise Failure("unfit", "The start was called off.")
            self._write({"id": question, "progress": progress})

        return tell

    def _ask(self, what, parts, tell):
        if what == "pack":
            return pack(parts["package"], parts["target"])
        if what in ("environment", "jars", "r"):
            return calling(lambda: getattr(self._opened_store(), what)(tell, **parts))
        if what == "make_events":
            return calling(lambda: self._opened_store().events(**parts))
        if what in _OF_EVENTS:
            return calling(lambda: _OF_EVENTS[what](self._open(), **parts))
        if what == "clean":
            return calling(lambda: self._opened_store().clean(**parts))
        if what not in _OF_CLUSTER:
            raise Failure("other", f"nobody knows {what}")
        return calling(lambda: getattr(self._open(), what)(**parts))

    def _opened_store(self):
        cluster = self._open()
        with self._opening:
            self._store = self._store or Store(cluster)
            return self._store

    def _open(self):
        with self._opening:
            if self._cluster is None:
                settings = self._settings
                cluster = Cluster(
                    settings["sparkHome"], settings["confDir"], settings.get("kerberos"), settings.get("proxyUser")
                )
                calling(cluster.open)
                self._cluster = cluster
            calling(self._cluster.look_after_ticket)
            return self._cluster


def main():
    """Runs until stdin ends."""
    output, sys.stdout = sys.stdout, sys.stderr
    server = Server(json.loads(sys.argv[1]), output)
    for line in sys.stdin:
        server.answer(line)
    os._exit(0)


if __name__ == "__main__":
    main()
