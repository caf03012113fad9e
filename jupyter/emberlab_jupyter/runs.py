"""Which notebooks have run in a Jupyter server, for the platform that lists them: `GET emberlab/runs?after=VERSION`.

A run is what one process of a kernel executed for one notebook: restarting the kernel begins another. The reply is held
until there is news, so that a first cell is known to the platform at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from jupyter_client.session import Session
from jupyter_server.base.handlers import APIHandler
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join
from tornado import web

#: Seconds that a reply is held at most.
PATIENCE = 55.0
#: How often paths are looked at while a reply is held, in seconds: Jupyter tells nobody that a notebook was renamed.
LOOK = 1.0
#: So many runs are remembered, the newest; the platform has written the others down long ago.
REMEMBERED = 1000
#: How many runs one reply has at most; the rest comes with the next.
AT_ONCE = 100

KERNEL_EVENTS = "https://events.jupyter.org/jupyter_server/kernel_actions/v1"


@dataclass
class Run:
    #: the kernel's process, as it names itself in its messages
    id: str
    kernel_id: str
    kernel: str
    #: in the project; None: the notebook is not known (yet)
    path: str | None
    first: int
    last: int
    executions: int
    #: grows with each change of any run
    version: int

    def report(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "path": self.path,
            "kernel": self.kernel,
            "firstAt": self.first,
            "lastAt": self.last,
            "executions": self.executions,
        }


class Runs:
    """What is known of the runs of this server. ``look`` answers the notebooks' paths by the ids of their kernels."""

    def __init__(
        self, look: Callable[[], Awaitable[dict[str, str]]], now: Callable[[], float] = time.time, every: float = LOOK
    ) -> None:
        self._look = look
        self._now = now
        self._every = every
        self._runs: dict[str, Run] = {}
        self._version = 0
        self._news = asyncio.Event()

    def executed(self, process: str, kernel_id: str, kernel: str) -> None:
        """The kernel's process begins to execute a cell."""
        now = round(self._now() * 1000)
        run = self._runs.get(process)
        if run is None:
            run = self._runs[process] = Run(process, kernel_id, kernel, None, now, now, 0, 0)
            if len(self._runs) > REMEMBERED:
                del self._runs[next(iter(self._runs))]
        run.last = now
        run.executions += 1
        self._changed(run)

    async def find_paths(self) -> None:
        """Looks where the notebooks are now. That of a kernel that has ended stays what it was."""
        paths = await self._look()
        for run in self._runs.values():
            path = paths.get(run.kernel_id, run.path)
            if path != run.path:
                run.path = path
                self._changed(run)

    async def after(self, version: int, patience: float) -> dict[str, Any]:
        """Runs that have changed after ``version``, as soon as there are some; none when ``patience`` is over."""
        end = time.monotonic() + patience
        while True:
            self._news.clear()
            await self.find_paths()
            found = sorted(
                (run for run in self._runs.values() if run.version > version and run.path is not None),
                key=lambda run: run.version,
            )[:AT_ONCE]
            left = end - time.monotonic()
            if found or left <= 0:
                return {
                    "version": found[-1].version if found else version,
                    "runs": [run.report() for run in found],
                }
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._news.wait(), min(left, self._every))

    def _changed(self, run: Run) -> None:
        self._version += 1
        run.version = self._version
        self._news.set()


class Watch:
    """Listens to all kernels of a server."""

    def __init__(self, app: ServerApp) -> None:
        self._app = app
        #: by the kernel and the port that it speaks on
        self._streams: dict[tuple[str, int], Any] = {}
        self.runs = Runs(self.look)

    async def look(self) -> dict[str, str]:
        """Paths of notebooks by their kernels; a console that shares a notebook's kernel is none."""
        self.watch_all()
        sessions = await self._app.session_manager.list_sessions()
        return {one["kernel"]["id"]: one["path"] for one in sessions if one["type"] == "notebook"}

    async def on_kernel_event(self, logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        self.watch_all()

    def watch_all(self) -> None:
        """Listens to the kernels that there are, and to no other."""
        manager = self._app.kernel_manager
        kernels = {one: manager.get_kernel(one) for one in manager.list_kernel_ids() if one in manager}
        there = {(one, kernel.iopub_port): kernel for one, kernel in kernels.items() if kernel.has_kernel}
        for gone in set(self._streams) - set(there):
            self._streams.pop(gone).close()
        for (kernel_id, port), kernel in there.items():
            if (kernel_id, port) not in self._streams:
                self._streams[kernel_id, port] = self._listen(kernel_id, kernel)

    def _listen(self, kernel_id: str, kernel: Any) -> Any:
        session = Session(config=kernel.session.config, key=kernel.session.key)

        def receive(frames: list[bytes]) -> None:
            _, parts = session.feed_identities(frames)
            # Output may be much, and is no business of ours: its content is not read, nor is its signature checked.
            if json.loads(parts[1]).get("msg_type") != "execute_input":
                return
            header = session.deserialize(parts, content=False)["header"]
            self.runs.executed(header["session"], kernel_id, kernel.kernel_name)
            # At once, for it may be the kernel's last cell.
            asyncio.ensure_future(self.runs.find_paths())

        stream = kernel.connect_iopub()
        stream.on_recv(receive)
        return stream


class RunsHandler(APIHandler):
    """Answers ``{"version", "runs": [{id, path, kernel, firstAt, lastAt, executions}]}``, the runs that have changed
    after the version that is asked for; times are milliseconds since the epoch."""

    def initialize(self, runs: Runs) -> None:
        self.runs = runs

    @web.authenticated
    async def get(self) -> None:
        after = self.get_query_argument("after", "0")
        if not after.isdecimal():
            raise web.HTTPError(400, "after has to be a version that was answered")
        self.finish(json.dumps(await self.runs.after(int(after), PATIENCE)))


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(app: ServerApp) -> None:
    watch = Watch(app)
    app.event_logger.add_listener(schema_id=KERNEL_EVENTS, listener=watch.on_kernel_event)
    path = url_path_join(app.web_app.settings["base_url"], "emberlab", "runs")
    app.web_app.add_handlers(".*$", [(path, RunsHandler, {"runs": watch.runs})])
