"""The Spark kernels: sparkmagic's, with magics that know what Emberlab's gateway can do beyond Livy."""

from __future__ import annotations

import re
from typing import Any

from sparkmagic.kernels.pysparkkernel.pysparkkernel import PySparkKernel
from sparkmagic.kernels.sparkkernel.sparkkernel import SparkKernel
from sparkmagic.kernels.sparkrkernel.sparkrkernel import SparkRKernel
from sparkmagic.kernels.wrapperkernel.sparkkernelbase import SparkKernelBase
from sparkmagic.kernels.wrapperkernel.usercodeparser import UserCodeParser

from .completion import Completer
from .magics import RemoteMagics

#: Lines that the gateway's interpreters understand, and this process does not.
REMOTE_LINES = re.compile(r"%(json|table)\b")


class CodeParser(UserCodeParser):
    """sparkmagic's, which takes a cell that begins with ``%`` for one that is meant for this process."""

    def get_code_to_run(self, code: str) -> str:
        return f"%%spark\n{code}" if REMOTE_LINES.match(code) else super().get_code_to_run(code)


class RemoteKernel(SparkKernelBase):
    """What our kernels have in common. Mixed into one of sparkmagic's, whose language it keeps."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.user_code_parser = CodeParser()

    @property
    def magics(self) -> RemoteMagics:
        return self.shell.magics_manager.registry[RemoteMagics.__name__]

    def _load_magics_extension(self) -> None:
        self._execute_cell(
            "%load_ext emberlab_jupyter.magics",
            True,
            False,
            shutdown_if_error=True,
            log_if_error="Failed to load the Spark kernel's magics.",
        )

    def _do_execute(self, code: str, silent: bool, *args: Any) -> Any:
        self.magics.ipython_display.begin_cell(self.user_code_parser.get_code_to_run(code))
        return super()._do_execute(code, silent, *args)

    def do_complete(self, code: str, cursor_pos: int | None) -> dict[str, Any]:
        """Names from where the cell would run: the remote interpreter, or this process for ``%%local``."""
        cursor = len(code) if cursor_pos is None else cursor_pos
        found = Completer(self.magics).complete(code, cursor)
        if found is None:
            return super().do_complete(code, cursor)
        return {
            "matches": found.names,
            "cursor_start": found.start,
            "cursor_end": found.end,
            "metadata": {},
            "status": "ok",
        }


class RemotePySparkKernel(RemoteKernel, PySparkKernel):
    pass


class RemoteSparkKernel(RemoteKernel, SparkKernel):
    pass


class RemoteSparkRKernel(RemoteKernel, SparkRKernel):
    pass


#: The kernels by the names of their specs.
KERNELS: dict[str, type[RemoteKernel]] = {
    "pysparkkernel": RemotePySparkKernel,
    "sparkkernel": RemoteSparkKernel,
    "sparkrkernel": RemoteSparkRKernel,
}
