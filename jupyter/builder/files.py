"""The files of an environment: compiled, and readable by those who get there."""

# By strings: there are thousands of files, and this is what a change takes its time for.
# ruff: noqa: PTH101, PTH103, PTH116, PTH118

from __future__ import annotations

import compileall
import contextlib
import os
import sys
from pathlib import Path


def not_taken(folder: str, names: list[str], environment: str, like: list[Path]) -> list[str]:
    """Takes over what another environment has compiled from the very same files of a folder; answers the others."""
    compiled = os.path.join(folder, "__pycache__")
    if names:
        os.makedirs(compiled, exist_ok=True)
    others = [f"{one}{folder[len(environment) :]}" for one in like]
    left = []
    for name in names:
        path = os.path.join(folder, name)
        own = os.stat(path)
        result = f"{name[:-3]}.{sys.implementation.cache_tag}.pyc"
        for other in others:
            with contextlib.suppress(OSError):
                # Both are links to one file in the installer's cache; one that was changed is a file of its own.
                if os.path.samestat(own, os.stat(os.path.join(other, name))):
                    os.link(os.path.join(other, "__pycache__", result), os.path.join(compiled, result))
                    break
        else:
            left.append(path)
    return left


def compile_files(files: list[str]) -> None:
    for file in files:
        # Some packages ship templates that are no valid Python; those are not imported either.
        compileall.compile_file(file, quiet=2)


def open_to_all(folder: Path) -> None:
    """Lets everybody read an environment who gets there; the folder around it decides who does.

    Files are links into the installer's cache, whose modes are those of the day on which they came there.
    """
    folder.chmod(0o755)
    stack = [str(folder)]
    while stack:
        with os.scandir(stack.pop()) as entries:
            for entry in entries:
                if entry.is_symlink():
                    continue
                mode = entry.stat(follow_symlinks=False).st_mode
                wanted = mode | 0o444 | (0o111 if mode & 0o100 else 0)
                if mode != wanted:
                    os.chmod(entry.path, wanted)
                if entry.is_dir(follow_symlinks=False):
                    stack.append(entry.path)
