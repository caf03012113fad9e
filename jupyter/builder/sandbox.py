"""Runs what strangers wrote: as somebody who may do nothing here, with little, and not for long."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import resource
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from builder.explain import UNREACHABLE, BuildError, unsatisfiable

#: See prctl(2): who leaves its parent becomes our child.
PR_SET_CHILD_SUBREAPER = 36
LOOK_EVERY = 0.25
LONGEST_LINE = 2000


@dataclass(frozen=True)
class Limits:
    seconds: int
    memory_mb: int
    disk_mb: int


class Sandbox:
    """``words`` stand in front of a command and make it run as somebody; ``env`` is all that it has of ours."""

    def __init__(self, words: list[str], env: dict[str, str], folder: Path, limits: Limits) -> None:
        self.words = words
        self.env = env
        self.folder = folder
        self.limits = limits
        self.lines: list[str] = []

    def run(self, command: list[str], what: str) -> list[str]:
        """Prints what the command prints, and answers its lines. Raises a BuildError that says what went wrong."""
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        most = self.limits.memory_mb * 2**20

        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.limits.disk_mb * 2**20,) * 2)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        process = subprocess.Popen(  # noqa: S603 -- no shell, and every argument is ours
            [*self.words, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.env,
            cwd=self.folder if not self.words else "/",
            start_new_session=True,
            preexec_fn=limit,  # noqa: PLW1509 -- no threads yet
        )
        lines: list[str] = []
        reader = threading.Thread(target=read, args=(process, lines), daemon=True)
        reader.start()
        try:
            problem = self.watch(process)
        finally:
            end_all()
        reader.join(5)
        if problem is None and process.returncode != 0:
            problem = self.reason(lines, process.returncode)
        if problem is not None:
            raise BuildError(f"{what} {problem}")
        return lines

    def watch(self, process: subprocess.Popen[bytes]) -> str | None:
        end = time.monotonic() + self.limits.seconds
        while True:
            try:
                process.wait(LOOK_EVERY)
                return None
            except subprocess.TimeoutExpired:
                pass
            if time.monotonic() > end:
                return (
                    f"took longer than {self.limits.seconds} seconds, so it was ended. Does it wait for something? "
                    "Please take a version of it that comes as a wheel."
                )
            if size_of(self.folder) > self.limits.disk_mb * 2**20:
                return f"wrote more than {self.limits.disk_mb} MB, so it was ended. Please take a wheel of it."

    def reason(self, lines: list[str], code: int) -> str:
        text = "\n".join(lines[-200:])
        if "MemoryError" in text or "Cannot allocate memory" in text or code == -signal.SIGKILL:
            return f"needs more than {self.limits.memory_mb} MB of memory, so it failed. Please take a wheel of it."
        if "No space left on device" in text or "File too large" in text:
            return f"wrote more than {self.limits.disk_mb} MB, or the disk is full. Please take a wheel of it."
        if re.search(UNREACHABLE, text, re.IGNORECASE):
            return "failed: what it is fetched from could not be reached. Please check the address and the network."
        if "No solution found" in text:
            return f"can not be built. {unsatisfiable(text)}"
        said = [line.strip() for line in lines if line.strip()]
        errors = [line for line in said if "rror" in line] or said or ["it printed nothing"]
        return f"failed: {errors[-1][:300]}\nThe log has the rest. Please take a version of it that comes as a wheel."


def read(process: subprocess.Popen[bytes], lines: list[str]) -> None:
    """A line is cut where it is too long: what comes may have no end."""
    if process.stdout is None:
        return
    while raw := process.stdout.readline(LONGEST_LINE):
        line = raw.decode(errors="replace").rstrip("\n")
        if len(lines) < 20_000:
            print(line, flush=True)
            lines.append(line)


def size_of(folder: Path) -> int:
    """What lies in a folder of somebody else's, who changes it meanwhile. Links are not followed."""
    total = 0
    stack = [str(folder)]
    while stack:
        try:
            with os.scandir(stack.pop()) as found:
                for entry in found:
                    if entry.is_dir(follow_symlinks=False):
                        stack.append(entry.path)
                    elif entry.is_file(follow_symlinks=False):
                        total += entry.stat(follow_symlinks=False).st_blocks * 512
        except OSError:
            continue
    return total


def end_all() -> None:
    """Ends what is left of a command, also what has left its group and its parent."""
    for _ in range(100):
        children = children_of(os.getpid())
        if not children:
            return
        for pid in children:
            for one in [*descendants_of(pid), pid]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(one, signal.SIGKILL)
        for pid in children:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        time.sleep(0.01)


def children_of(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def descendants_of(pid: int) -> list[int]:
    found: list[int] = []
    for child in children_of(pid):
        found += [*descendants_of(child), child]
    return found
