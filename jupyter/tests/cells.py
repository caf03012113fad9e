"""Cells with our magics against a fake gateway, and what they would show in a notebook."""

import contextlib
import io
import unittest
from collections.abc import Callable
from threading import Thread
from typing import Any

import sparkmagic.utils.configuration as conf
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

from emberlab_jupyter.magics import RemoteMagics

from .fake_gateway import FakeGateway


class Output(DisplayPublisher):
    """The output of a cell as Jupyter keeps it, and everything that was in it for a while."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.outputs: list[dict[str, Any]] = []
        #: each state that a passing display had
        self.seen: list[str] = []
        self._clear = False

    def publish(self, data: dict[str, Any], *, transient: Any = None, update: bool = False, **options: Any) -> None:
        display_id = (transient or {}).get("display_id")
        if display_id is not None:
            self.seen.append(data.get("text/plain", ""))
        if update:
            for output in self.outputs:
                if output["id"] == display_id:
                    output["data"] = data
        else:
            self.add({"id": display_id, "data": data})

    def add(self, output: dict[str, Any]) -> None:
        if self._clear:
            self.outputs.clear()
            self._clear = False
        self.outputs.append(output)

    def clear_output(self, wait: bool = False) -> None:
        self._clear = wait
        if not wait:
            self.outputs.clear()


class Stream(io.StringIO):
    def __init__(self, output: Output, name: str) -> None:
        super().__init__()
        self._output = output
        self._name = name

    def write(self, text: str) -> int:
        if text:
            self._output.add({"id": None, "name": self._name, "text": text})
        return len(text)


class CellTest(unittest.TestCase):
    """A notebook of its own for each test."""

    def open_notebook(self, extended: bool = True, **settings: Any) -> None:
        self.gateway = FakeGateway(extended)
        self.addCleanup(self.gateway.close)
        credentials = {"url": self.gateway.url, "auth": "None", "username": "", "password": ""}
        kinds = {f"kernel_{language}_credentials": credentials for language in ("python", "scala", "r")}
        conf.override_all({**kinds, "livy_server_heartbeat_timeout_seconds": 0, **settings})
        self.shell = InteractiveShell.instance()
        self.addCleanup(InteractiveShell.clear_instance)
        self.output = Output(shell=self.shell)
        self.shell.display_pub = self.output
        self.magics = RemoteMagics(self.shell)
        self.shell.register_magics(self.magics)
        self.shell.run_cell("%%_do_not_call_change_language -l python\n ")

    def run_cell(self, code: str) -> None:
        """Runs a cell to its end; ``self.output.outputs`` is then what a saved notebook holds."""
        self.output.outputs.clear()
        self.output.seen.clear()
        self.magics.ipython_display.begin_cell(code)
        with (
            contextlib.redirect_stdout(Stream(self.output, "stdout")),
            contextlib.redirect_stderr(Stream(self.output, "stderr")),
        ):
            self.shell.run_cell(code)

    def hold(self, drive: Callable[[dict[str, Any]], None]) -> None:
        """The statements that follow run until ``drive``, which is called on a thread of its own, ends them."""

        def begin(statement: dict[str, Any]) -> None:
            statement["held"] = True
            thread = Thread(target=drive, args=(statement,))
            thread.start()
            self.addCleanup(thread.join)

        self.gateway.on_statement = begin

    def texts(self) -> list[str]:
        """What is there to read in the cell's output."""
        return [output.get("text") or output.get("data", {}).get("text/plain", "") for output in self.output.outputs]
