"""What goes on in a Jupyter server, for the platform that may stop one in which nothing does: `GET emberlab/activity`.

Jupyter's own `last_activity` is not enough: it moves when a page looks at a kernel, and stands still while a command in
a terminal computes without a word.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import APIHandler
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join
from tornado import web


class ActivityHandler(APIHandler):
    """Answers `{"kernels": [{name, busy, lastActivity}], "terminals": [the same]}`: a kernel's name is the path of its
    notebook, null without one; times are milliseconds since the epoch."""

    @web.authenticated
    async def get(self) -> None:
        paths = {item["kernel"]["id"]: item["path"] for item in await self.session_manager.list_sessions()}
        kernels = [kernel_activity(self.kernel_manager.get_kernel(one), paths.get(one)) for one in self.kernel_ids()]
        manager = self.settings.get("terminal_manager")
        terminals = [] if manager is None else [terminal_activity(*item) for item in manager.terminals.items()]
        self.finish(json.dumps({"kernels": kernels, "terminals": terminals}))

    def kernel_ids(self) -> list[str]:
        """Those that are up or starting."""
        return [one for one in self.kernel_manager.list_kernel_ids() if one in self.kernel_manager]


def kernel_activity(kernel: Any, path: str | None) -> dict[str, Any]:
    busy = getattr(kernel, "execution_state", "unknown") == "busy"
    return {"name": path, "busy": busy, "lastActivity": milliseconds(getattr(kernel, "last_activity", None))}


def terminal_activity(name: str, terminal: Any) -> dict[str, Any]:
    busy = has_command(terminal.ptyproc.pid)
    return {"name": name, "busy": busy, "lastActivity": milliseconds(getattr(terminal, "last_activity", None))}


def has_command(shell: int) -> bool:
    """Whether a terminal's shell has a child: a command, in front or in the background. False when it has ended."""
    try:
        return Path(f"/proc/{shell}/task/{shell}/children").read_text().strip() != ""
    except OSError:
        return False


def milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(app: ServerApp) -> None:
    path = url_path_join(app.web_app.settings["base_url"], "emberlab", "activity")
    app.web_app.add_handlers(".*$", [(path, ActivityHandler)])
