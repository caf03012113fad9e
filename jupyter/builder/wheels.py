"""Wheels that were built or handed in here: looked at before they are installed, and kept by their hash."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import zipfile
from email.parser import HeaderParser
from pathlib import Path

from builder.explain import BuildError
from builder.lock import normal

MOST_BYTES = 4 * 2**30
MOST_FILES = 200_000
#: Programs of an environment that no library may put its own in the place of.
OWN_PROGRAMS = re.compile(r"(python[0-9.]*|pip[0-9.]*|activate.*|deactivate.*)$", re.IGNORECASE)


def check(path: Path) -> tuple[str, str]:
    """Answers name and version of the library in a wheel. Raises a BuildError for what is none, or a hostile one."""
    try:
        with zipfile.ZipFile(path) as wheel:
            entries = wheel.infolist()
            if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES:
                raise BuildError("The wheel is too large.")
            for entry in entries:
                check_entry(entry)
            metadata = [e for e in entries if re.fullmatch(r"[^/]+\.dist-info/METADATA", e.filename)]
            if len(metadata) != 1 or metadata[0].file_size > 2**22:
                raise BuildError("The wheel has no metadata. Please build it again.")
            text = wheel.read(metadata[0]).decode("utf-8", "replace")
            headers = HeaderParser().parsestr(text)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise BuildError("The file is no wheel, or is damaged. Please build it again.") from error
    name, version = headers["Name"] or "", headers["Version"] or ""
    plain = re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", name)
    # Both become words of a list that an installer reads.
    if not plain or not re.fullmatch(r"[A-Za-z0-9_.+!-]+[.]whl", path.name):
        raise BuildError("The wheel has a name that is none. Please build it again.")
    check_needs(text)
    parts = path.name.split("-")
    if not version or normal(parts[0]) != normal(name):
        raise BuildError("The name of the wheel is not that of the library in it. Please build it again.")
    return name, version


def check_needs(metadata: str) -> None:
    """Refuses what is needed from an address: it is the resolver that would fetch it, from wherever we can."""
    # Whatever a reader takes for a line of its own: folded, in capitals, behind an empty line.
    lines = re.sub(r"\n[ \t]+", " ", re.sub(r"\r\n?", "\n", metadata)).splitlines()
    for line in lines:
        name, _, value = line.partition(":")
        # Words that are written as numbers (RFC 2047) are none of a requirement.
        if name.strip().lower() == "requires-dist" and ("@" in value.partition(";")[0] or "=?" in value):
            raise BuildError(
                f"The library needs another one from an address ({value.strip()[:120]!r}), which is not taken. "
                "Please build it so that it names what it needs by name and version alone."
            )


def check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    parts = name.rstrip("/").split("/")
    if (
        name.startswith("/")
        or "\\" in name
        or "\0" in name
        or re.match(r"[A-Za-z]:", name)
        or {"", ".", ".."} & set(parts)
    ):
        raise BuildError(f"The wheel wants to write outside of the environment ({name[:80]!r}), so it was refused.")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise BuildError(f"The wheel has a link in it ({name[:80]!r}), so it was refused.")
    if len(parts) > 2 and parts[0].endswith(".data"):
        place = parts[1:]
        of_bin = place[0] == "scripts" or place[:2] == ["data", "bin"]
        if (of_bin and OWN_PROGRAMS.match(parts[-1])) or place == ["data", "pyvenv.cfg"]:
            raise BuildError(
                f"The wheel would replace a part of the environment ({parts[-1][:80]!r}), so it was refused."
            )


def keep(folder: Path, name: str, store: Path) -> tuple[str, str, Path]:
    """Takes the one wheel in the folder ``name`` of ``folder``, which is somebody else's: copied first, then looked at.

    Answers its name, its version and where it is now. No link is followed.
    """
    store.mkdir(mode=0o755, parents=True, exist_ok=True)
    fresh = store / f".new-{os.getpid()}"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o755)
    try:
        outer = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=outer)
        finally:
            os.close(outer)
        try:
            made = [one for one in os.listdir(inner) if one.endswith(".whl")]  # noqa: PTH208 -- by descriptor
            if len(made) != 1:
                raise BuildError("It was built, but no wheel came of it. Please look at the log.")
            source = os.open(made[0], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=inner)
        finally:
            os.close(inner)
        with os.fdopen(source, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise BuildError("What was built is no file. Please look at the log.")
            copy = fresh / made[0]
            digest = hashlib.sha256()
            with copy.open("wb") as target:
                while chunk := file.read(2**20):
                    digest.update(chunk)
                    target.write(chunk)
        library, version = check(copy)
        place = store / digest.hexdigest()[:32]
        if not place.exists():
            fresh.rename(place)
        return library, version, place / made[0]
    except OSError as error:
        raise BuildError("It was built, but no wheel came of it. Please look at the log.") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
