"""The magics of our Spark kernels: sparkmagic's, over sessions of our own."""

from __future__ import annotations

from typing import Any

import sparkmagic.utils.configuration as conf
from IPython.core.interactiveshell import InteractiveShell
from sparkmagic.kernels.kernelmagics import KernelMagics
from sparkmagic.livyclientlib.command import Command
from sparkmagic.livyclientlib.endpoint import Endpoint
from sparkmagic.livyclientlib.sendtosparkcommand import SendToSparkCommand
from sparkmagic.livyclientlib.sparkcontroller import SparkController
from sparkmagic.livyclientlib.sqlquery import SQLQuery
from sparkmagic.utils.constants import LANG_PYTHON

from .gateway import Gateway
from .live import CellDisplay
from .rows import FrameOfQuery, FrameOfVariable
from .sending import code_to_send
from .sentences import StartFailure, settings_problem, start_problem
from .session import Session
from .statement import Statement

NO_MATPLOT = "%matplot shows figures of matplotlib, which there are in Python alone."


#: What there is beside sparkmagic's own, as rows of a table like that of ``%%help``.
MORE_HELP = """<table>
  <tr><td>matplot</td><td>%%matplot plt<br/>plt.plot([1, 3, 2])</td>
    <td>Shows the figure of matplotlib that the code draws on the driver; as the last line of a cell:
    <code>%matplot plt</code>. In Python.</td></tr>
  <tr><td>json, table</td><td>%table df</td>
    <td>As the last line of a cell: shows a value as JSON or as a table.</td></tr>
</table>"""


class Controller(SparkController):
    """sparkmagic's controller, whose sessions, requests and statements are ours."""

    def run_command(self, command: Command, client_name: str | None = None) -> Any:
        session = self.get_session_by_name_or_default(client_name)
        if isinstance(command, SendToSparkCommand):
            command = Statement(code_to_send(command, session.kind), with_text=False)
        # Those of its subclasses that are ours already show what they do.
        return (Statement(command.code) if type(command) is Command else command).execute(session)

    def add_session(self, name: str, endpoint: Endpoint, skip_if_exists: bool, properties: dict[str, Any]) -> None:
        try:
            super().add_session(name, endpoint, skip_if_exists, properties)
        except Exception as error:
            raise StartFailure(start_problem(error)) from error

    @staticmethod
    def _livy_session(http_client: Gateway, properties: dict[str, Any], display: CellDisplay, id: int = -1) -> Session:
        # A session that is only looked at, as by %%info, is not kept alive from here for ever after.
        timeout = conf.livy_server_heartbeat_timeout_seconds() if id == -1 else 0
        return Session(http_client, properties, display, id, heartbeat_timeout=timeout)

    def _http_client(self, endpoint: Endpoint) -> Gateway:
        if endpoint not in self._http_clients:
            self._http_clients[endpoint] = Gateway.to(endpoint)
        return self._http_clients[endpoint]


class RemoteMagics(KernelMagics):
    """``%%spark``, ``%%sql`` and the others. Their names and options are inherited."""

    #: ``%%matplot`` is for cells what ``%matplot`` is for lines.
    magics = {**KernelMagics.magics, "cell": {**KernelMagics.magics["cell"], "matplot": "matplot"}}

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self.ipython_display = CellDisplay()
        self.spark_controller = Controller(self.ipython_display)

    def session(self) -> Session | None:
        """The notebook's session, once it has one."""
        return self.spark_controller.get_managed_clients().get(self.session_name)

    def _override_session_settings(self, settings: dict[str, Any]) -> None:
        # A session that was refused is not refused with another configuration.
        self.fatal_error = False
        super()._override_session_settings(settings)

    @staticmethod
    def _sqlquery(
        cell: str, method: str | None, rows: int | None, fraction: float | None, coerce: bool | None
    ) -> SQLQuery:
        return FrameOfQuery(cell, method, rows, fraction, coerce=coerce)

    @staticmethod
    def _spark_store_command(
        name: str, method: str | None, rows: int | None, fraction: float | None, coerce: bool | None
    ) -> Command:
        return FrameOfVariable(name, method, rows, fraction, coerce=coerce)

    def help(self, line: str, cell: str = "", local_ns: dict[str, Any] | None = None) -> None:
        """Lists the magics."""
        super().help(line, cell)
        if not cell.strip():
            self.ipython_display.html(MORE_HELP)

    help.parser = KernelMagics.help.parser

    def configure(self, line: str, cell: str = "", local_ns: dict[str, Any] | None = None) -> None:
        """Changes with what sessions of this notebook are started."""
        problem = settings_problem(cell)
        if problem is None:
            super().configure(line, cell)
        else:
            self.ipython_display.send_error(problem)

    configure.parser = KernelMagics.configure.parser  # by which sparkmagic finds the options of what it is called by

    def matplot(self, line: str, cell: str = "") -> None:
        """Shows the figure that was drawn on the driver, by the code below if there is some: ``%%matplot plt``."""
        if self.language != LANG_PYTHON:
            self.ipython_display.send_error(NO_MATPLOT)
            return
        if not self._do_not_call_start_session(""):
            return
        code = f"{cell.rstrip()}\n%matplot {line}".lstrip()
        works, out, _ = self.spark_controller.run_command(Command(code), self.session_name)
        (self.ipython_display.display if works else self.ipython_display.send_error)(out)


def load_ipython_extension(shell: InteractiveShell) -> None:
    shell.register_magics(RemoteMagics(shell))
