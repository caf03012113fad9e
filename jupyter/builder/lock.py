"""Locks: a line for each library with its exact version, and those of its hashes, which are indented."""

from __future__ import annotations

import re


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def name_of(line: str) -> str:
    """Of a requirement."""
    return normal(re.split(r"[^A-Za-z0-9._-]", line)[0])


def entries_of(text: str) -> dict[str, list[str]]:
    """The lines of each library, by its name. One that depends on the machine may stand there twice."""
    entries: dict[str, list[str]] = {}
    for block in re.split(r"\n(?=[A-Za-z0-9])", text):
        lines = [line for line in block.splitlines() if line.strip() and not line.lstrip().startswith("#")]
        if lines and (match := re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", lines[0])):
            entries.setdefault(normal(match[0]), []).append("\n".join(lines))
    return entries


def joined(entries: dict[str, list[str]]) -> str:
    return "".join(f"{block}\n" for name in sorted(entries) for block in entries[name])


def pins(text: str) -> list[str]:
    """What is locked, without hashes: a line that holds it to its version."""
    lines = [block.splitlines()[0].rstrip("\\ ") for blocks in entries_of(text).values() for block in blocks]
    # A file is held by asking for it.
    return [line for line in lines if " @ " not in line]


def requested_files(text: str) -> list[str]:
    return [
        line
        for blocks in entries_of(text).values()
        for line in (blocks[0].splitlines()[0].rstrip("\\ "),)
        if " @ " in line
    ]
