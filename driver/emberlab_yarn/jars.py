"""An archive of Spark's jars, which machines of a cluster fetch once, not half a gigabyte with each start."""

import hashlib
import os
import zipfile

_PIECE = 1024 * 1024


class Jars:
    """Those of the Spark in a folder. `stamp` changes when one of them does."""

    def __init__(self, spark_home):
        self._folder = os.path.join(spark_home, "jars")
        names = sorted(name for name in os.listdir(self._folder) if name.endswith(".jar"))
        facts = [(name, os.stat(os.path.join(self._folder, name))) for name in names]
        self.stamp = (spark_home, *((name, found.st_size, found.st_mtime_ns) for name, found in facts))
        self.size = sum(found.st_size for _, found in facts)
        self._names = names

    def digest(self):
        """What names the archive: the same for the same jars."""
        whole = hashlib.sha256()
        for name in self._names:
            own = hashlib.sha256()
            with open(os.path.join(self._folder, name), "rb") as file:
                while piece := file.read(_PIECE):
                    own.update(piece)
            whole.update(f"{name}\0{own.hexdigest()}\n".encode())
        return whole.hexdigest()[:40]

    def write(self, target, told=lambda done: None):
        """Makes the archive. `told` hears how many bytes are in it. They are not compressed: jars are already."""
        done = 0
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, strict_timestamps=False) as archive:
            for name in self._names:
                path = os.path.join(self._folder, name)
                archive.write(path, name)
                done += os.path.getsize(path)
                told(done)
