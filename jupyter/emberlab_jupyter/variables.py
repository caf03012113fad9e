"""Tells pages which variables the notebook's session has, after each cell: through comms that they open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

#: The comms' target: what a page asks a kernel for.
TARGET = "emberlab.variables"


class Comm(Protocol):
    def send(self, data: dict[str, Any]) -> None: ...

    def on_msg(self, callback: Callable[[Any], None]) -> None: ...

    def on_close(self, callback: Callable[[Any], None]) -> None: ...


class Variables:
    """``look`` answers what there is now; None when that isn't known, since there is no session or it can't say."""

    def __init__(self, look: Callable[[], list[dict[str, str]] | None]) -> None:
        self._look = look
        self._comms: list[Comm] = []

    def opened(self, comm: Comm, _message: object) -> None:
        """A page wants to know them, now and from now on. Whatever it says later asks for them once more."""
        self._comms.append(comm)
        comm.on_close(lambda _: self._comms.remove(comm))
        comm.on_msg(lambda _: comm.send({"variables": self._look()}))
        comm.send({"variables": self._look()})

    def tell(self) -> None:
        """A cell has run. Nothing is asked for while no page shows them."""
        if not self._comms:
            return
        found = {"variables": self._look()}
        for comm in self._comms:
            comm.send(found)
