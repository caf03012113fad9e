"""What a cell shows while it runs: the last lines that it has printed, and how far its Spark jobs are."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from hdijupyterutils.ipythondisplay import IpythonDisplay
from IPython.display import clear_output, display, update_display

from .sentences import readable

#: Seconds that a cell runs before anything is shown: the result of most is there by then.
QUIET = 0.25
#: How much of the output is shown while more comes, in characters. All of it comes with the result.
TAIL = 16_384
#: In characters: with its numbers it fits beside an open side panel.
BAR_WIDTH = 24


class CellDisplay(IpythonDisplay):
    """sparkmagic's way to a cell's output, which also knows whether anything is there yet."""

    def __init__(self) -> None:
        super().__init__()
        #: nothing but what is shown by us is in the cell's output, and nothing has been shown
        self.empty = False
        #: what is to be shown below the next error, in all forms that there are of it
        self.trace: dict[str, str] | None = None

    def begin_cell(self, code: str) -> None:
        """A cell with this code begins to run, as sparkmagic's parser has made it."""
        self.empty = code.startswith(("%%spark", "%%sql", "%%pretty"))
        self.trace = None

    def display(self, to_display: Any) -> None:
        self.empty = False
        super().display(to_display)

    def write(self, msg: str) -> None:
        if not msg:
            return
        self.empty = False
        super().write(msg)

    def send_error(self, error: str) -> None:
        self.empty = False
        super().send_error(readable(error))
        trace, self.trace = self.trace, None
        if trace is not None:
            display(trace, raw=True)


class Live:
    """The passing display of one statement. It is gone once the statement has ended; the result takes its place."""

    def __init__(self, cell: CellDisplay, with_text: bool = True, now: Callable[[], float] = time.monotonic) -> None:
        self._cell = cell
        self._with_text = with_text
        self._now = now
        self._begun = now()
        self._tail = ""
        self._cut = False
        self._end = 0
        self._progress = 0.0
        self._stages: list[dict[str, Any]] = []
        self._stale = False
        self._id: str | None = None

    def tell(self, text: str, start: int, progress: float, stages: Sequence[dict[str, Any]] = ()) -> None:
        """There is news: ``text``, which begins ``start`` characters after the output's beginning, the progress 0..1,
        and the stages that run, as the gateway has them."""
        fresh = text[max(self._end - start, 0) :]
        if fresh and self._with_text:
            # Between two pieces something may be left out: then it is as if that had scrolled out of sight.
            self._cut = self._cut or start > self._end
            tail = ("" if start > self._end else self._tail) + fresh
            self._cut = self._cut or len(tail) > TAIL
            self._tail = tail[-TAIL:]
            self._stale = True
        self._end = max(self._end, start + len(text))
        if progress != self._progress or list(stages) != self._stages:
            self._progress = progress
            self._stages = list(stages)
            self._stale = True
        if self.patience() is None:
            self.show()

    def patience(self) -> float | None:
        """After how many seconds ``show`` is due though no more news has come; None: it isn't."""
        left = self._begun + QUIET - self._now()
        return max(left, 0.001) if self._stale and left > 0 else None

    def show(self) -> None:
        if not self._stale:
            return
        self._stale = False
        bundle = {"text/plain": self._text()}
        if self._id is None:
            self._id = uuid.uuid4().hex
            display(bundle, raw=True, display_id=self._id)
        else:
            update_display(bundle, raw=True, display_id=self._id)

    def close(self, more_follows: bool) -> None:
        """Takes it away. ``more_follows``: something is shown right after, which then takes its place at once."""
        if self._id is None:
            return
        if self._cell.empty:
            clear_output(wait=more_follows)
        else:
            # What stands above it stays; an output without any content is not to be seen.
            update_display({}, raw=True, display_id=self._id)
        self._id = None

    def _text(self) -> str:
        lines = self._tail.split("\n")
        if self._cut:
            lines[0] = "…"
        # A line that was begun anew, as progress bars do, shows what was written last.
        lines = [line.rstrip("\r").rsplit("\r", 1)[-1] for line in lines]
        if lines[-1] == "":
            lines.pop()
        if self._progress > 0 or self._stages:
            lines.append(f"Spark {_bar(self._progress)} {self._progress:4.0%}")
        lines += [_stage_line(stage) for stage in self._stages]
        return "\n".join(lines)


def _bar(share: float) -> str:
    full = round(BAR_WIDTH * share)
    return "━" * full + "─" * (BAR_WIDTH - full)


def _stage_line(stage: dict[str, Any]) -> str:
    """One stage below the bar of the whole: "  3   ━━━─── 12/200 tasks, 2 run · count"."""
    done, total = stage["completedTasks"], stage["totalTasks"]
    failed = f", {stage['failedTasks']} failed" if stage["failedTasks"] else ""
    counts = f"{done}/{total} tasks, {stage['activeTasks']} run{failed}"
    return f"{stage['id']:>5} {_bar(done / total if total else 0.0)} {counts} · {stage['name']}"
