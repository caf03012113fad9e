"""An archive of a project's Python environment that works in whatever folder it is unpacked.

The interpreter goes along where it can be moved: one that lies in a folder of its own, such as uv's or pyenv's. That of
a distribution, below /usr, can't; the cluster's machines have to have the same one, or one that the settings name, and
the archive leads there. Nothing of the environment is run here: it is made of what members have chosen."""

import hashlib
import io
import os
import re
import stat
import sys
import tarfile

# Of an interpreter's own library: what no program needs on a cluster.
_UNUSED = {"site-packages", "dist-packages", "test", "idlelib", "turtledemo", "ensurepip", "lib2to3", "__pycache__"}
_DISTRIBUTION = "/usr"
_PIECE = 1024 * 1024

_LAUNCHER = """#!/bin/sh
# Finds what lies beside it, wherever this was unpacked.
here=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd) || exit
LD_LIBRARY_PATH="$here/lib${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
export LD_LIBRARY_PATH
exec "$here/bin/{name}" "$@"
"""


class Unfit(Exception):
    """An environment that can't be packed; the text is a sentence for people."""


class Entry:
    """A file of the archive: `name` there, and where it lies here or what it has."""

    def __init__(self, name, path=None, content=None, link=None, mode=0o644):
        self.name = name
        self.path = path
        self.content = content
        self.link = link
        self.mode = mode
        self.size = os.lstat(path).st_size if path is not None else len(content or b"")

    @property
    def counts(self):
        """Whether it says what the archive is. Compiled modules follow from the others."""
        return not self.name.endswith(".pyc")


class Archive:
    """What goes into an archive, as `entries`, and how much that is."""

    def __init__(self, entries):
        self.entries = sorted(entries, key=lambda entry: entry.name)
        self.size = sum(entry.size for entry in self.entries)

    def digest(self, told=lambda done: None):
        """What names the archive: the same for the same files. `told` hears how many bytes are read."""
        whole = hashlib.sha256()
        done = 0
        for entry in self.entries:
            if not entry.counts:
                continue
            own = hashlib.sha256(entry.content or (entry.link or "").encode())
            if entry.path is not None:
                with open(entry.path, "rb") as file:
                    while piece := file.read(_PIECE):
                        own.update(piece)
            done += entry.size
            whole.update(f"{entry.name}\0{entry.mode:o}\0{entry.link is None}\0{own.hexdigest()}\n".encode())
            told(done)
        return whole.hexdigest()[:40]

    def write(self, target, told=lambda done: None):
        """Makes the archive. Times stay: by them Python knows whether a compiled module fits."""
        done = 0
        with tarfile.open(target, "w:gz", compresslevel=1, format=tarfile.PAX_FORMAT) as archive:
            for entry in self.entries:
                info = tarfile.TarInfo(entry.name)
                info.mode = entry.mode
                if entry.link is not None:
                    info.type = tarfile.SYMTYPE
                    info.linkname = entry.link
                    archive.addfile(info)
                elif entry.path is None:
                    info.size = entry.size
                    archive.addfile(info, io.BytesIO(entry.content))
                else:
                    with open(entry.path, "rb") as file:
                        facts = os.fstat(file.fileno())
                        info.size = facts.st_size
                        info.mtime = int(facts.st_mtime)
                        archive.addfile(info, file)
                done += entry.size
                told(done)


class Environment(Archive):
    """What goes into the archive of the environment whose Python is `python`, for machines that have theirs at
    `on_nodes`; None: they have none, or the same one."""

    def __init__(self, python, on_nodes=None):
        self._prefix = os.path.dirname(os.path.dirname(os.path.abspath(python)))
        self._version = "python{}.{}".format(*sys.version_info[:2])
        packages = os.path.join(self._prefix, "lib", self._version, "site-packages")
        if not os.path.isdir(packages):
            raise Unfit(f"The project's environment is not one of {self._version}, which Emberlab has.")
        base = os.path.realpath(sys.base_prefix)
        if on_nodes is None and base != _DISTRIBUTION:
            entries = self._interpreter(base)
        else:
            entries = self._link(on_nodes or os.path.join(base, "bin", self._version))
        super().__init__(entries + tree(packages, f"lib/{self._version}/site-packages", set()))

    def _interpreter(self, base):
        program = os.path.realpath(os.path.join(base, "bin", self._version))
        library = os.path.join(base, "lib")
        entries = [
            Entry(f"bin/{self._version}", path=program, mode=0o755),
            Entry("bin/python", content=_LAUNCHER.format(name=self._version).encode(), mode=0o755),
        ]
        for name in sorted(os.listdir(library)):
            path = os.path.join(library, name)
            if re.fullmatch(r"lib[\w.+-]*\.so[\d.]*", name) and os.path.isfile(path):
                entries.append(Entry(f"lib/{name}", path=os.path.realpath(path), mode=0o755))
        return entries + tree(os.path.join(library, self._version), f"lib/{self._version}", _UNUSED)

    def _link(self, interpreter):
        settings = f"home = {os.path.dirname(interpreter)}\ninclude-system-site-packages = false\n"
        return [Entry("bin/python", link=interpreter), Entry("pyvenv.cfg", content=settings.encode())]


def tree(folder, name, unused):
    """The plain files below a folder. What a link leads to may be anybody's, so links stay here."""
    entries = []
    for place, folders, files in os.walk(folder):
        at = os.path.relpath(place, folder)
        folders[:] = [each for each in folders if not (at == "." and (each in unused or each.startswith("config-")))]
        for file in files:
            path = os.path.join(place, file)
            facts = os.lstat(path)
            if stat.S_ISREG(facts.st_mode):
                mode = 0o755 if facts.st_mode & stat.S_IXUSR else 0o644
                entries.append(Entry(os.path.normpath(os.path.join(name, at, file)), path=path, mode=mode))
    return entries
