"""What Emberlab keeps on the cluster's file system: archives that are named by what they have, each with a mark that
says when one was last wanted."""

import os
import subprocess
import tempfile
import threading
import time

from .environment import Environment, Unfit
from .failures import Failure
from .jars import Jars
from .r_home import find_r_home, find_sparkr, r_archive, sparkr_archive

_MEGABYTE = 1024 * 1024
# How long one that nobody wants stays.
KEPT_SECONDS = 7 * 86_400
_TELL_SECONDS = 0.5
_MARKS = (".tar.gz.wanted", ".zip.wanted")


class Store:
    """A folder of the engine's user. Methods may be called from any thread, and raise Failure."""

    def __init__(self, cluster):
        self._cluster = cluster
        self._locks = {}
        self._guard = threading.Lock()
        self._digests = {}

    def environment(self, tell, folder, python, on_nodes):
        """The archive of an environment, made where there is none: its address, and what its applications are tagged
        with. `tell` hears what is being done, and how far."""
        try:
            name, environment = self._named(python, on_nodes, tell)
            archive = f"{self._place(folder)}/{name}.tar.gz"
            self._provide(archive, lambda: environment or Environment(python, on_nodes), tell)
        except Unfit as error:
            raise Failure("unfit", str(error)) from None
        except OSError as error:
            raise Failure("other", f"{error.strerror or error}: {error.filename or ''}") from error
        return {"archive": archive, "tag": f"emberlab-{name}"}

    def jars(self, tell, folder, spark_home):
        """The same of the jars of a Spark."""
        try:
            jars = Jars(spark_home)
            name = self._digests.get(jars.stamp)
            if name is None:
                name = f"spark-{jars.digest()}"
                self._digests[jars.stamp] = name
            archive = f"{self._place(folder)}/{name}.zip"
            self._provide(archive, lambda: jars, tell, "spark_")
        except OSError as error:
            raise Failure("other", f"{error.strerror or error}: {error.filename or ''}") from error
        return {"archive": archive, "tag": f"emberlab-{name}"}

    def r(self, tell, folder, libraries, packed):
        """The same of SparkR, the first that there is in `libraries`, and of R itself where it is `packed`; each None
        where this machine has none."""
        home = find_r_home() if packed else None
        library = find_sparkr([*libraries, *([] if home is None else [os.path.join(home, "site-library")])])
        try:
            return {
                "sparkr": self._of_r(tell, folder, "sparkr", library, sparkr_archive),
                "r": self._of_r(tell, folder, "r", home, r_archive),
            }
        except (OSError, subprocess.SubprocessError) as error:
            raise Failure("other", f"{type(error).__name__}: {error}"[:500]) from error

    def _of_r(self, tell, folder, what, place, make):
        if place is None:
            return None
        key = (what, place, os.stat(place).st_mtime_ns)
        content = None
        if key not in self._digests:
            content = make(place)
            self._digests[key] = f"{what}-{content.digest()}"
        name = self._digests[key]
        archive = f"{self._place(folder)}/{name}.tar.gz"
        self._provide(archive, lambda: content or make(place), tell, "r_")
        return {"archive": archive, "tag": f"emberlab-{name}"}

    def events(self, folder, tag):
        """A new folder for the event logs of a driver with this tag; answers its address."""
        place = f"{self._place(folder)}/events/{tag}"
        self._cluster.make_folder(place, 0o700)
        return place

    def _named(self, python, on_nodes, tell):
        """The name of an environment's archive, and what is in it unless that was known. A revision does not change."""
        facts = os.stat(os.path.dirname(os.path.dirname(os.path.abspath(python))))
        key = (python, on_nodes, facts.st_ino, facts.st_mtime_ns)
        known = self._digests.get(key)
        if known is not None:
            return known, None
        environment = Environment(python, on_nodes)
        telling = _telling(tell, "looked", environment.size)
        name = f"python-{environment.digest(telling)}"
        self._digests[key] = name
        return name, environment

    def _provide(self, archive, content, tell, steps=""):
        """Makes an archive be there as a whole. Its mark says how long it was when it was put: one that has another
        length by now is made anew."""
        with self._lock(archive):
            mark = f"{archive}.wanted"
            size, noted = self._cluster.size(archive), self._cluster.read_line(mark)
            whole = size is not None and noted in ("", str(size))
            # Before anything that takes long, so that nobody takes away what is about to be used.
            self._cluster.write_line(mark, str(size) if whole else "")
            if not whole:
                if size is not None:
                    self._cluster.remove(archive)
                self._cluster.write_line(mark, str(self._make(content(), archive, tell, steps)))

    def _make(self, content, archive, tell, steps):
        with tempfile.TemporaryDirectory(prefix="emberlab-archive-") as folder:
            path = os.path.join(folder, os.path.basename(archive))
            content.write(path, _telling(tell, f"{steps}packed", content.size))
            size = os.path.getsize(path)
            tell({"step": f"{steps}brought", "done": 0, "of": size // _MEGABYTE})
            self._cluster.put(path, archive)
            return size

    def _place(self, folder):
        place = folder if folder is not None else f"{self._cluster.home()}/.emberlab"
        self._cluster.make_folder(place, 0o700)
        return place

    def clean(self, folder):
        """Takes away archives that nobody has wanted for a week, and that no application has."""
        now = time.time()
        gone = []
        # Of drivers whose end nobody has seen to.
        for path, name, _, _ in self._cluster.entries(f"{self._place(folder)}/events"):
            if now - self._cluster.changed(path) >= KEPT_SECONDS and not self._is_used(name):
                self._cluster.remove(path)
        for path, name, _, _ in self._cluster.entries(self._place(folder)):
            if not name.endswith((*_MARKS, ".part")) or now - self._cluster.changed(path) < KEPT_SECONDS:
                continue
            if name.endswith(".part"):
                # Of a platform that ended while it brought one.
                self._cluster.remove(path)
                continue
            archive = path[: -len(".wanted")]
            if self._is_used("emberlab-" + archive.rsplit("/", 1)[1].removesuffix(".zip").removesuffix(".tar.gz")):
                continue
            self._cluster.remove(archive)
            self._cluster.remove(path)
            gone.append(archive)
        return gone

    def _is_used(self, tag):
        return any(not found["ended"] for found in self._cluster.find(tag))

    def _lock(self, name):
        with self._guard:
            return self._locks.setdefault(name, threading.Lock())


def _telling(tell, step, size):
    """Tells how many megabytes are done, now and then."""
    last = [0.0]

    def told(done):
        now = time.monotonic()
        if now - last[0] >= _TELL_SECONDS:
            last[0] = now
            tell({"step": step, "done": done // _MEGABYTE, "of": size // _MEGABYTE})

    return told
