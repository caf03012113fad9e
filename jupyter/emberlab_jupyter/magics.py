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

from .gateway import Gateway
from .live import CellDisplay
from .rows import FrameOfQuery, FrameOfVariable
from .session import Session
from .statement import Statement


class Controller(SparkController):
    """sparkmagic's controller, whose sessions, requests and statements are ours."""

    def run_command(self, command: Command, client_name: str | None = None) -> Any:
        session = self.get_session_by_name_or_default(client_name)
        if isinstance(command, SendToSparkCommand):
            command = command.to_command(
                session.kind, command.input_variable_name, command.input_variable_value, command.output_variable_name
            )
        # Those of its subclasses that are ours already show what they do.
        return (Statement(command.code) if type(command) is Command else command).execute(session)

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

    def matplot(self, line: str) -> None:
        """Shows the figure that was drawn on the driver: ``%matplot plt``."""
        works, out, _ = self.spark_controller.run_command(Command(f"%matplot {line}"), self.session_name)
        (self.ipython_display.display if works else self.ipython_display.send_error)(out)


def load_ipython_extension(shell: InteractiveShell) -> None:
    shell.register_magics(RemoteMagics(shell))
