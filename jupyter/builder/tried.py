"""Remembers which sets of libraries were tried and worked, so that the same files need not be imported once more."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from pathlib import Path

from builder.lock import entries_of

#: More are not kept: the oldest go.
MOST = 200


class Tried:
    """``folder`` is ours alone.

    A set is told by its lock, the Python below it, ``program``, by which it is tried, and what is ``own``.
    """

    def __init__(self, folder: Path | None, python: str, program: str, own: list[Path]) -> None:
        self.folder = folder
        self.python = python
        self.program = program
        self.own = own

    def file(self, lock: str) -> Path | None:
        if self.folder is None:
            return None
        digest = hashlib.sha256()
        # Hashes in whatever order are the same files.
        entries = sorted(" ".join(sorted(block.split())) for blocks in entries_of(lock).values() for block in blocks)
        for word in [sys.version, *facts_of(self.python), self.program, *entries]:
            digest.update(f"{word}\n".encode())
        for path in self.own:
            digest.update(path.read_bytes())
        return self.folder / digest.hexdigest()

    def has(self, lock: str) -> bool:
        file = self.file(lock)
        return file is not None and file.exists()

    def add(self, lock: str) -> None:
        """Where that can't be written down it is tried again, that is all."""
        file = self.file(lock)
        if file is None or self.folder is None:
            return
        with contextlib.suppress(OSError):
            self.folder.mkdir(mode=0o755, exist_ok=True)
            file.touch()
            known = sorted(self.folder.iterdir(), key=lambda one: one.stat().st_mtime)
            for old in known[:-MOST]:
                old.unlink(missing_ok=True)


def facts_of(python: str) -> list[str]:
    """Changes when the Python of the machine does."""
    path = os.path.realpath(sys.executable)
    facts = Path(path).stat()
    return [python, path, str(facts.st_size), str(facts.st_mtime_ns)]
