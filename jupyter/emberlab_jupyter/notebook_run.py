"""Runs a notebook by itself, as a job does: ``python notebook_run.py PLAN``, where the plan is a JSON file.

The notebook's own kernel executes it. Parameters are set by a cell of their own behind the one with the tag
``parameters``, as papermill does, which people know. What the notebook says is kept after each cell, so that it is
there whatever comes; what cells print goes to this process's output as well, which is the log of the run.

This file is copied into the folder of each run and imports nothing of the package: it is always of the platform's
version, whichever the environment has.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode

PARAMETERS = "parameters"
INJECTED = "injected-parameters"
# what stands for something that is only drawn, as the table of a Spark session
NOTHING_TO_READ = re.compile(r"<IPython\.core\.display\.\w+ object>")


class Stopped(Exception):
    """Somebody wants the run to end."""


class NotSaved(Exception):
    """The executed notebook could not be written. The message says so, and why."""


def python_value(value: Any) -> str:
    return repr(value)


def scala_value(value: Any) -> str:
    if value is None:
        return "None"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if -(2**31) <= value < 2**31 else f"{value}L"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, str):
        return scala_text(value)
    if isinstance(value, list):
        return f"Seq({', '.join(map(scala_value, value))})"
    return f"Map({', '.join(f'{scala_text(key)} -> {scala_value(each)}' for key, each in value.items())})"


def scala_text(text: str) -> str:
    # JSON's escapes are Scala's; characters beyond plain ASCII come as \uXXXX in both.
    return json.dumps(text)


def r_value(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return r_text(value)
    if isinstance(value, list):
        return f"list({', '.join(map(r_value, value))})"
    return f"list({', '.join(f'{r_text(key)} = {r_value(each)}' for key, each in value.items())})"


def r_text(text: str) -> str:
    escaped = "".join(
        {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char, char) for char in text
    )
    return f'"{escaped}"'


def assignments(kernel: str, parameters: dict[str, Any]) -> str:
    """Code that sets the parameters, in the language of a kernel."""
    if kernel == "sparkkernel":
        lines = [f"val {name} = {scala_value(value)}" for name, value in parameters.items()]
        return "\n".join(["// Parameters", *lines])
    if kernel == "sparkrkernel":
        lines = [f"{name} <- {r_value(value)}" for name, value in parameters.items()]
    else:
        lines = [f"{name} = {python_value(value)}" for name, value in parameters.items()]
    return "\n".join(["# Parameters", *lines])


def tags(cell: NotebookNode) -> list[str]:
    return list(cell.get("metadata", {}).get("tags", []))


def set_parameters(notebook: NotebookNode, kernel: str, parameters: dict[str, Any]) -> None:
    """Adds a cell that sets the parameters: behind the one with the tag, else in front. One of a former run goes."""
    notebook.cells = [cell for cell in notebook.cells if INJECTED not in tags(cell)]
    if not parameters:
        return
    cell = nbformat.v4.new_code_cell(assignments(kernel, parameters), metadata={"tags": [INJECTED]})
    if notebook.nbformat_minor < 5:
        cell.pop("id", None)
    places = [index for index, each in enumerate(notebook.cells) if PARAMETERS in tags(each)]
    notebook.cells.insert(places[0] + 1 if places else 0, cell)


def forget_outputs(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None


def save(notebook: NotebookNode, path: Path) -> None:
    """As a whole or not at all: whoever opens it meanwhile sees a notebook. Its folder may have been taken away."""
    partial = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(nbformat.writes(notebook), encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise NotSaved(f"The executed notebook could not be written. Error: {error}") from error


class Client(NotebookClient):
    """nbclient's, which also shows what cells print while they run."""

    # whether what was shown last is a line without its end; kernels of sparkmagic end none
    line_is_open = False

    def end_line(self) -> None:
        """What is shown next begins a line."""
        if self.line_is_open:
            print(flush=True)
        self.line_is_open = False

    def output(self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str, cell_index: int) -> Any:
        content = msg["content"]
        if msg["msg_type"] == "stream":
            print(content["text"], end="", flush=True)
            if content["text"]:
                self.line_is_open = not content["text"].endswith("\n")
        elif msg["msg_type"] in ("execute_result", "display_data"):
            text = content.get("data", {}).get("text/plain")
            if text and not NOTHING_TO_READ.fullmatch(text):
                self.end_line()
                print(text, flush=True)
        return super().output(outs, msg, display_id, cell_index)


def run(plan: dict[str, Any]) -> int:
    source, target = Path(plan["source"]), Path(plan["target"])
    notebook = nbformat.read(source, as_version=4)
    kernel = str(notebook.metadata.get("kernelspec", {}).get("name", ""))
    forget_outputs(notebook)
    set_parameters(notebook, kernel, plan["parameters"])
    save(notebook, target)
    cells = [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code" and cell.source.strip()]

    def begins(cell: NotebookNode, cell_index: int) -> None:
        client.end_line()
        print(f"[Cell {cells.index(cell_index) + 1} of {len(cells)}]", file=sys.stderr, flush=True)

    def ends(cell: NotebookNode, cell_index: int, **_: Any) -> None:
        try:
            save(notebook, target)
        except NotSaved as error:
            # The next cells may still do what they are there for; without the notebook at the end, the run has failed.
            print(error, file=sys.stderr, flush=True)

    client = Client(
        notebook,
        kernel_name=kernel,
        timeout=None,
        startup_timeout=300,
        resources={"metadata": {"path": str(source.parent)}},
        on_cell_execute=begins,
        on_cell_executed=ends,
        record_timing=True,
    )
    if plan["sockets"]:
        client.create_kernel_manager()
        client.km.transport = "ipc"
        # With its folder: the kernel works in that of its notebook, and would make its sockets there.
        client.km.ip = str(Path(tempfile.mkdtemp(prefix="kernel-")) / "ipc")
    try:
        return execute(client)
    finally:
        save(notebook, target)


def execute(client: Client) -> int:
    try:
        client.execute()
    except CellExecutionError as error:
        client.end_line()
        print(error.traceback, file=sys.stderr, flush=True)
        print(f"The notebook failed. {error.ename}: {error.evalue}", file=sys.stderr, flush=True)
        return 1
    except DeadKernelError:
        client.end_line()
        print("Error: the kernel died, most often because its memory ran out.", file=sys.stderr, flush=True)
        return 1
    except Stopped:
        return 128 + signal.SIGTERM
    return 0


def main() -> None:
    def stop(*_: Any) -> None:
        raise Stopped

    signal.signal(signal.SIGTERM, stop)
    os.umask(0o007)
    try:
        sys.exit(run(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
    except NotSaved as error:
        print(error, file=sys.stderr, flush=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
