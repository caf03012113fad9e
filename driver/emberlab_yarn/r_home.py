"""R, and its package SparkR, as archives that work in whatever folder they are unpacked."""

import os
import re
import shutil
import subprocess

from .environment import Archive, Entry, tree

# Of R's home: what no program needs on a cluster.
_UNUSED = {"doc", "include", "site-library", "tests", "po"}
# They belong to the machine's own C library.
_OF_LIBC = re.compile(r"(ld-linux[\w-]*|libc|libm|libdl|libpthread|librt|libresolv|libutil|libnss_\w+)\.so[\w.]*")
_ASK_SECONDS = 30

_START = """#!/bin/sh
# Finds what lies beside it, wherever this was unpacked. R's own script has its place written into it.
here=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd) || exit
R_HOME="$here/R"
R_SHARE_DIR="$R_HOME/share"
R_LIBS_SITE="$here/site"
LD_LIBRARY_PATH="$R_HOME/lib:$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export R_HOME R_SHARE_DIR R_LIBS_SITE LD_LIBRARY_PATH
"""
_R = _START + 'exec "$R_HOME/bin/exec/R" "$@"\n'
# As Spark calls it: Rscript --vanilla SCRIPT.
_RSCRIPT = (
    _START
    + """option=$1 script=$2
shift 2
exec "$R_HOME/bin/exec/R" --no-echo --no-restore "$option" --file="$script" --args "$@"
"""
)


def find_r_home():
    """R's home on this machine; None where there is no R."""
    program = shutil.which("R")
    if program is None:
        return None
    try:
        said = subprocess.run([program, "RHOME"], capture_output=True, text=True, timeout=_ASK_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return said.stdout.strip() or None


def find_sparkr(libraries):
    """The first of these libraries that has SparkR; None where none has."""
    return next((each for each in libraries if os.path.isfile(os.path.join(each, "SparkR", "DESCRIPTION"))), None)


def sparkr_archive(library):
    """SparkR, as Spark's workers and its driver on YARN look for it."""
    return Archive(tree(os.path.join(library, "SparkR"), "SparkR", set()))


def r_archive(home, site=("/usr/local/lib/R/site-library", "/usr/lib/R/site-library")):
    """R with the packages of this machine, and the shared libraries that it needs beside those of the C library."""
    entries = [
        Entry("bin/R", content=_R.encode(), mode=0o755),
        Entry("bin/Rscript", content=_RSCRIPT.encode(), mode=0o755),
    ]
    entries += _followed(home, "R", _UNUSED)
    known = set()
    for library in site:
        for name in sorted(os.listdir(library)) if os.path.isdir(library) else []:
            if name not in known and os.path.isfile(os.path.join(library, name, "DESCRIPTION")):
                known.add(name)
                entries += _followed(os.path.join(library, name), f"site/{name}", set())
    programs = [entry.path for entry in entries if entry.name.endswith(".so") or "/bin/exec/" in entry.name]
    for name, path in sorted(_libraries(programs, os.path.join(home, "lib")).items()):
        entries.append(Entry(f"lib/{name}", path=path, mode=0o755))
    return Archive(entries)


def _followed(folder, name, unused):
    """The files below a folder of the machine's own, those behind links too."""
    entries = []
    for place, folders, files in os.walk(folder, followlinks=True):
        at = os.path.relpath(place, folder)
        folders[:] = [each for each in folders if not (at == "." and each in unused)]
        for file in files:
            path = os.path.realpath(os.path.join(place, file))
            if os.path.isfile(path):
                mode = 0o755 if os.access(path, os.X_OK) else 0o644
                entries.append(Entry(os.path.normpath(os.path.join(name, at, file)), path=path, mode=mode))
    return entries


def _libraries(programs, own):
    """The shared libraries that these need, by their names."""
    said = subprocess.run(
        ["ldd", *programs],
        capture_output=True,
        text=True,
        timeout=_ASK_SECONDS,
        check=False,
        env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LD_LIBRARY_PATH": own},
    )
    found = dict(re.findall(r"^\s+(\S+) => (/\S+)", said.stdout, re.MULTILINE))
    return {
        name: os.path.realpath(path)
        for name, path in found.items()
        if not _OF_LIBC.fullmatch(name) and not path.startswith(own + os.sep)
    }
