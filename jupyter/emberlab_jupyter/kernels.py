"""The Spark kernels: sparkmagic's, with magics that know what Emberlab's gateway can do beyond Livy."""

from __future__ import annotations

import os
import re
from collections.abc import Container
from pathlib import Path
from typing import Any

import sparkmagic.utils.configuration as conf
from sparkmagic.kernels.pysparkkernel.pysparkkernel import PySparkKernel
from sparkmagic.kernels.sparkkernel.sparkkernel import SparkKernel
from sparkmagic.kernels.sparkrkernel.sparkrkernel import SparkRKernel
from sparkmagic.kernels.wrapperkernel.sparkkernelbase import SparkKernelBase
from sparkmagic.kernels.wrapperkernel.usercodeparser import UserCodeParser

from .completion import Completer
from .magics import RemoteMagics
from .sentences import setting_up_problem
from .variables import TARGET, Variables

#: Lines that the gateway's interpreters understand, and this process does not.
REMOTE_LINES = re.compile(r"%(json|table)\b")


class CodeParser(UserCodeParser):
    """sparkmagic's, which takes a cell that begins with ``%`` for one that is meant for this process."""

    def get_code_to_run(self, code: str) -> str:
        if REMOTE_LINES.match(code):
            return f"%%spark\n{code}"
        # A cell magic without a body is none to IPython.
        bare = re.fullmatch(r"(%%(?:matplot|configure|sql|pretty)\b[^\n]*)\n*", code)
        return f"{bare[1]}\n " if bare else super().get_code_to_run(code)


class RemoteKernel(SparkKernelBase):
    """What our kernels have in common. Mixed into one of sparkmagic's, whose language it keeps."""

    def __init__(self, **options: Any) -> None:
        problem = setting_up_problem(Path(conf.path), os.environ)
        if problem is not None:
            # Without anything of it the kernel comes up, and says in each cell why it does nothing.
            conf.override_all({"use_auto_viz": False, "fatal_error_suggestion": "{}"})
        super().__init__(**options)
        self.user_code_parser = CodeParser()
        self.variables = Variables(self.session_variables)
        self.comm_manager.register_target(TARGET, self.variables.opened)
        if problem is not None:
            self._queue_fatal_error(problem)

    @property
    def banner(self) -> str:
        """What a console says first."""
        return (
            f"{self.implementation}: code runs on a Spark driver, which the first cell starts. %%help lists the magics."
        )

    def session_variables(self) -> list[dict[str, str]] | None:
        session = None if self._fatal_error is not None else self.magics.session()
        return None if session is None else session.http_client.variables(session.id)

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
        try:
            return super()._do_execute(code, silent, *args)
        finally:
            self.variables.tell()

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

    def do_inspect(
        self, code: str, cursor_pos: int | None, detail_level: int = 0, omit_sections: Container[str] = ()
    ) -> dict[str, Any]:
        """What the remote interpreter knows of a name, or this process for ``%%local``."""
        text = Completer(self.magics).inspect(code, len(code) if cursor_pos is None else cursor_pos)
        if text is None:
            return super().do_inspect(code, cursor_pos, detail_level, omit_sections)
        return {"status": "ok", "found": bool(text), "data": {"text/plain": text} if text else {}, "metadata": {}}


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
