"""Tab completion and inspection: of magics by name, of all other code where it would run."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sparkmagic.kernels.kernelmagics import KernelMagics

if TYPE_CHECKING:
    from .magics import RemoteMagics

#: Cell magics that people call; those with an underscore are sparkmagic's own.
CELL_MAGICS = sorted({"matplot", *(name for name in KernelMagics.magics["cell"] if not name.startswith("_"))})
#: Lines that the remote interpreter knows.
LINE_MAGICS = ["json", "matplot", "table"]
#: The cell magics whose body is code for a remote interpreter, and its kind; None: the session's own.
REMOTE_CELLS: dict[str, str | None] = {"spark": None, "pretty": None, "matplot": None, "sql": "sql"}


@dataclass(frozen=True)
class Found:
    """``names`` may stand for the code from ``start`` to ``end``, in characters."""

    start: int
    end: int
    names: list[str] = field(default_factory=list)


class Completer:
    """Completes cells of one notebook."""

    def __init__(self, magics: RemoteMagics) -> None:
        self._magics = magics

    def complete(self, code: str, cursor: int) -> Found | None:
        """What may stand at the cursor; None: the cell runs in this process, which knows that itself."""
        line_start = code.rfind("\n", 0, cursor) + 1
        magic = re.fullmatch(r"%%?\w*", code[line_start:cursor])
        if line_start == 0 and magic:
            names = [f"%{name}" for name in LINE_MAGICS] + [f"%%{name}" for name in CELL_MAGICS]
            return names_of(line_start, cursor, magic[0], names)
        body = remote_body(code)
        if body is None:
            return None
        kind, offset = body
        if cursor < offset or line_start < offset:
            # Within the magic's own line: options, and names that are given.
            return Found(cursor, cursor)
        if magic and kind is None:
            return names_of(line_start, cursor, magic[0], [f"%{name}" for name in LINE_MAGICS])
        return self._remote(code[offset:], cursor - offset, offset, kind)

    def inspect(self, code: str, cursor: int) -> str | None:
        """What is known of the code at the cursor; empty: nothing. None: the cell runs in this process."""
        magic = re.match(r"%%?(\w+)[^\n]*", code)
        if magic is not None and cursor <= magic.end() and (about := self._about(magic[1])):
            return about
        body = remote_body(code)
        if body is None:
            return None
        kind, offset = body
        session = self._magics.session()
        if session is None or cursor < offset:
            return ""
        return session.http_client.inspect(session.id, code[offset:], cursor - offset, kind or session.kind) or ""

    def _about(self, name: str) -> str:
        """How a magic is called, and what for."""
        function = getattr(KernelMagics, name, None) if name in CELL_MAGICS else None
        parser = getattr(function, "parser", None)
        return parser.format_help() if parser is not None else getattr(function, "__doc__", None) or ""

    def _remote(self, code: str, cursor: int, offset: int, kind: str | None) -> Found:
        nothing = Found(offset + cursor, offset + cursor)
        session = self._magics.session()
        if session is None:
            return nothing
        answer = session.http_client.complete(session.id, code, cursor, kind or session.kind)
        if answer is None or not answer.candidates:
            return nothing
        start = answer.start
        if start is None:
            # Another gateway doesn't say what they stand for: the word before the cursor, or nothing.
            word = re.search(r"\w*$", code[:cursor])
            typed = word[0] if word else ""
            start = cursor - len(typed) if all(name.startswith(typed) for name in answer.candidates) else cursor
        end = cursor if answer.end is None else answer.end
        return Found(offset + start, offset + end, answer.candidates)


def remote_body(code: str) -> tuple[str | None, int] | None:
    """The kind of the code that a cell sends away, None for the session's own, and where it begins.

    None: it sends none.
    """
    cell = re.match(r"%%?(\w+)([^\n]*\n?)", code)
    if cell is None or (cell[1] in LINE_MAGICS and not code.startswith("%%")):
        return None, 0
    return (REMOTE_CELLS[cell[1]], cell.end()) if cell[1] in REMOTE_CELLS else None


def names_of(start: int, end: int, typed: str, names: list[str]) -> Found:
    """Those of the magics that begin as what is typed does."""
    return Found(start, end, [name for name in names if name.startswith(typed)])
