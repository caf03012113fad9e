"""Builds one revision of a project's Python environment.

    python -I build_environment.py --uv FILE --python NAME --folder FOLDER --status FILE [--like FOLDER ...]
                                   [--try-as=WORD ...] [--plan FILE] [--tried FOLDER]

``--like`` names an environment that is good already, or was: what is the same in both need not be compiled again.
The WORDs stand in front of a command that runs what was installed: packages are put there by us, each by its hash
and without running anything of it, and tried by somebody who may do nothing here.
``--tried`` is a folder of ours in which we remember what was tried already.
``--plan`` says what goes into it (see ``builder/resolve.py``); without one it is the base set.

Runs by itself, so that a restart of the platform does not disturb it: what it prints is the build's log, and
``--status`` is a JSON file that is replaced as a whole after each step. Its keys:

- ``step`` (what is being done, for people) and ``progress`` (0 to 1) while it works,
- then ``pythonVersion``, ``packages`` (how many) and ``built`` (the wheels that were made of what people handed in)
  when the environment is good,
- or ``problem`` (a sentence or two for people) when it isn't; nothing is left of the folder then.

Needs Python 3.10 and its standard library.
"""

from __future__ import annotations

import argparse
import errno
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
# Isolated mode looks nowhere else.
sys.path.insert(0, str(HERE))

from builder.explain import BuildError, explain  # noqa: E402 -- found by the line above
from builder.files import compile_files, not_taken, open_to_all  # noqa: E402
from builder.lock import entries_of, joined  # noqa: E402
from builder.own import PACKAGE, install_kernels, install_package, write_json  # noqa: E402
from builder.resolve import Plan, Resolver  # noqa: E402
from builder.sandbox import Limits, Sandbox  # noqa: E402
from builder.tried import Tried  # noqa: E402

REQUIREMENTS = HERE / "requirements" / "base.txt"
OVERRIDES = HERE / "requirements" / "overrides.txt"
#: What has to be importable before anybody works with the environment.
IMPORTS = ", ".join(
    ["jupyterlab", "nbclassic", "ipykernel", "sparkmagic.kernels", "pandas"]
    + [f"{PACKAGE.name}.{path.stem}" for path in sorted(PACKAGE.glob("[a-z]*.py"))]
)
TRIAL = f"import {IMPORTS}, platform; print(platform.python_version())"
#: The exit code that says so where no file can. See ``worker.ts``.
FULL_DISK = 28
#: Parts of JupyterLab that ask the network for news, or offer a page that is not served here.
DISABLED_EXTENSIONS = ["@jupyterlab/apputils-extension:announcements", "@jupyter-notebook/lab-extension"]


class Status:
    """The status file, and a line in the log for each step."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._step = ""

    def working(self, step: str, progress: float) -> None:
        if step != self._step:
            self._step = step
            print(f"{time.strftime('%H:%M:%S')} {step}", flush=True)
        self.write({"step": step, "progress": round(progress, 3)})

    def write(self, content: dict[str, object]) -> None:
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(content))
        fresh.replace(self._path)


def run(command: list[str], on_line: Callable[[str], None] = lambda line: None) -> list[str]:
    """Runs a command; hands on and prints each line of its output, and answers them all.

    Raises a BuildError when it fails.
    """
    lines: list[str] = []
    process = subprocess.Popen(  # noqa: S603 -- no shell, and every argument is ours
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    with process:
        for raw in process.stdout or ():
            line = raw.rstrip("\n")
            print(line, flush=True)
            lines.append(line)
            on_line(line)
    if process.returncode != 0:
        raise BuildError(explain(lines))
    return lines


class Builder:
    """The steps of a build, in order."""

    def __init__(
        self,
        uv: str,
        python: str,
        folder: Path,
        status: Status,
        like: list[Path],
        try_as: list[str],
        plan: dict[str, Any] | None,
        tried: Path | None = None,
    ) -> None:
        self.uv = uv
        self.base_python = python
        self.folder = folder
        self.status = status
        self.like = like
        self.try_as = try_as
        self.tried = Tried(tried, python, TRIAL, sorted(PACKAGE.glob("*.py")))
        self.resolver = None if plan is None else self.resolver_of(plan)
        self.lock = REQUIREMENTS if self.resolver is None else self.resolver.plan.lock
        self.python = folder / "bin" / "python"

    def resolver_of(self, plan: dict[str, Any]) -> Resolver:
        box = plan.pop("sandbox")
        sandbox = Sandbox(box["words"], box["env"], Path(box["folder"]), Limits(**box["limits"]))
        paths = {name: None if plan[name] is None else Path(plan[name]) for name in ("lock", "before", "wheels")}

        def say(step: str) -> None:
            self.status.working(step, 0.02)

        return Resolver(self.uv, self.base_python, Plan(**{**plan, **paths}), sandbox, OVERRIDES, say)

    def build(self) -> dict[str, object]:
        built: list[dict[str, str]] = []
        if self.resolver is not None:
            self.status.working("Finding versions that go together", 0.01)
            built = self.resolver.resolve()
        self.status.working("Making a virtual environment", 0.03)
        run([self.uv, "venv", "--quiet", "--no-project", "--python", self.base_python, str(self.folder)])
        self.install_packages()
        site_packages = next((self.folder / "lib").glob("python*")) / "site-packages"
        self.status.working("Adding Emberlab's own package and the kernels", 0.45)
        install_package(site_packages)
        install_kernels(self.folder, site_packages)
        write_json(
            self.folder / "etc/jupyter/labconfig/page_config.json",
            {"disabledExtensions": dict.fromkeys(DISABLED_EXTENSIONS, True)},
        )
        self.compile(site_packages)
        open_to_all(self.folder)
        return {**self.check(site_packages), "built": built}

    def install_packages(self) -> None:
        total = len(entries_of(self.lock.read_text()))
        downloaded = 0

        def on_line(line: str) -> None:
            nonlocal downloaded
            if match := re.match(r"\s*(Downloading|Building) (.+)", line):
                self.status.working(f"Fetching {match[2]}", 0.03 + 0.37 * min(1, downloaded / max(1, total)))
            elif re.match(r"\s*(Downloaded|Built) ", line):
                downloaded += 1
            elif re.match(r"Prepared ", line):
                self.status.working("Installing packages", 0.42)

        self.status.working("Installing packages", 0.03)
        for part in self.parts():
            # A compiled list names everything, and leaves out what sparkmagic asks for in vain: no looking for more.
            install = [self.uv, "pip", "install", "--python", str(self.python), "--no-deps", "--require-hashes"]
            install += ["--only-binary", ":all:", "-r", str(part)]
            try:
                # What is in the cache needs no word from an index, which would be asked for every package.
                run([*install, "--offline"], on_line)
            except BuildError:
                print("Not all of it is in the cache, so it is fetched.", flush=True)
                offline = self.resolver is not None and self.resolver.plan.offline
                run([*install, "--no-index"] if offline else install, on_line)

    def parts(self) -> list[Path]:
        """The lock; or first what was there before, which is in the cache, and then what an index is asked for."""
        if self.resolver is None or self.resolver.plan.before is None:
            return [self.lock]
        before = entries_of(self.resolver.plan.before.read_text())
        parts: dict[str, dict[str, list[str]]] = {"known.txt": {}, "new.txt": {}}
        for name, lines in entries_of(self.lock.read_text()).items():
            parts["known.txt" if before.get(name) == lines else "new.txt"][name] = lines
        files = []
        for name, entries in parts.items():
            if entries:
                files.append(self.resolver.scratch / name)
                files[-1].write_text(joined(entries))
        return files

    def compile(self, site_packages: Path) -> None:
        """Compiles what people import. Packages' own tests are half of all files, and nobody does."""
        step = "Compiling"
        self.status.working(step, 0.47)
        files: list[str] = []
        # By strings: there are thousands of files, and most of them are taken over.
        for folder, folders, names in os.walk(site_packages):
            folders[:] = [name for name in folders if name not in ("tests", "test", "__pycache__")]
            files += not_taken(folder, [name for name in names if name.endswith(".py")], str(self.folder), self.like)
        chunks = [files[start : start + 100] for start in range(0, len(files), 100)]
        if len(chunks) <= 1:
            # A library or two: done before other processes had begun.
            compile_files(files)
            return
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            for done, _ in enumerate(pool.map(compile_files, chunks), start=1):
                self.status.working(step, 0.47 + 0.43 * done / len(chunks))

    def check(self, site_packages: Path) -> dict[str, object]:
        self.status.working("Checking", 0.92)
        try:
            if self.needs_trying():
                self.import_all()
            version = self.version()
        except BuildError as error:
            raise BuildError(f"The environment was made, but it does not work. {error}") from error
        packages = sum(1 for _ in importlib.metadata.distributions(path=[str(site_packages)]))
        return {"pythonVersion": version, "packages": packages}

    def needs_trying(self) -> bool:
        """Not where the same was tried, nor all that was there is as it was; nor where something is to be missing."""
        plan = None if self.resolver is None else self.resolver.plan
        if plan is not None and (plan.excluded or plan.broken):
            return False
        if self.tried.has(self.lock.read_text()):
            return False
        if plan is None:
            return True
        if plan.before is None or plan.mode == "install":
            return True
        after = entries_of(plan.lock.read_text())
        return any(after.get(name) != lines for name, lines in entries_of(plan.before.read_text()).items())

    def import_all(self) -> None:
        # What it prints may be a library's word, so it is for the log alone.
        run([*self.try_as, str(self.python), "-I", "-c", TRIAL])
        self.tried.add(self.lock.read_text())

    def version(self) -> str:
        """As the environment's own file says: its Python is not run by us, since libraries have a say in it."""
        facts = (self.folder / "pyvenv.cfg").read_text()
        found = re.search(r"^version_info = (\d+\.\d+\.\d+\S{0,20})", facts, re.MULTILINE)
        if found is None:
            raise BuildError("It does not say which Python it has.")
        return found[1]


def main() -> int:
    parser = argparse.ArgumentParser()
    for option in ("--uv", "--python", "--folder", "--status"):
        parser.add_argument(option, required=True)
    parser.add_argument("--like", type=Path, action="append", default=[])
    parser.add_argument("--try-as", action="append", default=[])
    parser.add_argument("--plan", type=Path)
    parser.add_argument("--tried", type=Path)
    options = parser.parse_args()
    folder = Path(options.folder)
    status = Status(Path(options.status))
    # People who work come first; whoever waits for this hardly notices.
    os.nice(5)
    os.umask(0o022)
    problem = said = "The build ended unexpectedly. Please build again."
    try:
        shutil.rmtree(folder, ignore_errors=True)
        plan = None if options.plan is None else json.loads(options.plan.read_text())
        builder = Builder(options.uv, options.python, folder, status, options.like, options.try_as, plan, options.tried)
        result = builder.build()
        status.write(result)
        return 0
    except BuildError as error:
        problem = said = str(error)
    except OSError as error:
        problem, said = explain([str(error)]), str(error)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        status.write({"problem": problem})
        print(said, flush=True)
    except OSError as error:
        # Not even that can be written down, nor what is left of the log.
        os._exit(FULL_DISK if error.errno in (errno.ENOSPC, errno.EDQUOT) else 1)
    return 1


if __name__ == "__main__":
    sys.exit(main())
