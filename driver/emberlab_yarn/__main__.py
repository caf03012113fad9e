"""Answers questions of the control plane on stdin, one JSON object a line, until that ends: see
packages/server/src/engines/yarn/helper.ts. Its one argument is JSON: `sparkHome` and
`confDir`. As whom it asks says HADOOP_USER_NAME."""

import json
import os
import sys
import threading
import zipfile

sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from emberlab_yarn.cluster import Cluster, calling  # noqa: E402
from emberlab_yarn.failures import Failure  # noqa: E402
from emberlab_yarn.java import find_py4j  # noqa: E402


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
        find_py4j(settings["sparkHome"])

    def answer(self, line):
        """Answers one question; returns at once."""
        threading.Thread(target=self._answer, args=(json.loads(line),), daemon=True).start()

    def _answer(self, question):
        try:
            answer = {"value": self._ask(question["ask"], question.get("with", {}))}
        except Failure as failure:
            answer = {"failure": {"kind": failure.kind, "text": str(failure)}}
        except Exception as error:
            answer = {"failure": {"kind": "other", "text": f"{type(error).__name__}: {error}"[:500]}}
        with self._writing:
            self._output.write(json.dumps({"id": question["id"], **answer}) + "\n")
            self._output.flush()

    def _ask(self, what, parts):
        if what == "pack":
            return pack(parts["package"], parts["target"])
        if what not in ("queue", "capacity", "file_system", "find", "report", "kill", "finish"):
            raise Failure("other", f"nobody knows {what}")
        return calling(lambda: getattr(self._open(), what)(**parts))

    def _open(self):
        with self._opening:
            if self._cluster is None:
                cluster = Cluster(self._settings["sparkHome"], self._settings["confDir"])
                calling(cluster.open)
                self._cluster = cluster
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
