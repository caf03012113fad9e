"""Builds one revision of a project's Python environment.

    python -I build_environment.py --uv FILE --python NAME --folder FOLDER --status FILE [--like FOLDER ...]
                                   [--try-as=WORD ...]

``--like`` names an environment that is good already, or was: what is the same in both need not be compiled again.
The WORDs stand in front of a command that runs what was installed: packages are put there by us, each by its hash
and without running anything of it, and tried by somebody who may do nothing here.

Runs by itself, so that a restart of the platform does not disturb it: what it prints is the build's log, and
``--status`` is a JSON file that is replaced as a whole after each step. Its keys:

- ``step`` (what is being done, for people) and ``progress`` (0 to 1) while it works,
- then ``pythonVersion`` and ``packages`` (how many) when the environment is good,
- or ``problem`` (a sentence or two for people) when it isn't; nothing is left of the folder then.

Needs Python 3.10 and its standard library.
"""

from __future__ import annotations

import argparse
import base64
import compileall
import contextlib
import hashlib
import importlib.metadata
import importlib.util
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

HERE = Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements" / "base.txt"
PACKAGE = HERE / "emberlab_jupyter"
#: Pictures of the Spark kernels, by the names of their specs.
ICONS = HERE / "icons"
#: What has to be importable before anybody works with the environment.
IMPORTS = ", ".join(
    ["jupyterlab", "nbclassic", "ipykernel", "sparkmagic.kernels", "pandas"]
    + [f"{PACKAGE.name}.{path.stem}" for path in sorted(PACKAGE.glob("[a-z]*.py"))]
)
#: Names of kernels as people read them.
KERNELS = {"python3": "Python", "pysparkkernel": "PySpark", "sparkkernel": "Spark", "sparkrkernel": "SparkR"}
#: Parts of JupyterLab that ask the network for news, or offer a page that is not served here.
DISABLED_EXTENSIONS = ["@jupyterlab/apputils-extension:announcements", "@jupyter-notebook/lab-extension"]


class BuildError(Exception):
    """The environment can't be made; the message is for people."""


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


#: What the installer says, and what people are told.
EXPLANATIONS = [
    (r"No space left on device", "The disk is full. Please free some space and build again."),
    (
        r"error sending request|dns error|Failed to fetch|Could not connect|timed out|Connection refused|tls handshake",
        "The package index could not be reached. Please check the network and build again.",
    ),
    (r"Hash mismatch", "A package is not the one that was pinned, so it was refused. Please check the package index."),
    (
        r"no matching platform|no wheels with a matching|Failed to build|doesn't have a source distribution",
        "A package has no build for this machine or its Python. Please name another Python in the settings.",
    ),
    (
        r"No interpreter found|Failed to inspect Python",
        "The Python of the settings was not found. Please check the setting python.",
    ),
    (r"Permission denied|Read-only file system", "The data folder can't be written. Please check its owner and mode."),
]


def explain(lines: list[str]) -> str:
    """A sentence for people, from the output of an installer that failed."""
    text = "\n".join(lines)
    for pattern, sentence in EXPLANATIONS:
        if re.search(pattern, text, re.IGNORECASE):
            return sentence
    errors = [line for line in lines if re.search(r"error|×", line, re.IGNORECASE)] or lines or ["it printed nothing"]
    return f"The installer failed: {errors[0].strip()[:300]}"


class Builder:
    """The steps of a build, in order."""

    def __init__(self, uv: str, python: str, folder: Path, status: Status, like: list[Path], try_as: list[str]) -> None:
        self.uv = uv
        self.base_python = python
        self.folder = folder
        self.status = status
        self.like = like
        self.try_as = try_as
        self.python = folder / "bin" / "python"

    def build(self) -> dict[str, object]:
        self.status.working("Making a virtual environment", 0.01)
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
        return self.check(site_packages)

    def install_packages(self) -> None:
        total = sum(1 for line in REQUIREMENTS.read_text().splitlines() if re.match(r"\S+==", line))
        downloaded = 0

        def on_line(line: str) -> None:
            nonlocal downloaded
            if match := re.match(r"\s*(Downloading|Building) (.+)", line):
                self.status.working(f"Fetching {match[2]}", 0.03 + 0.37 * min(1, downloaded / total))
            elif re.match(r"\s*(Downloaded|Built) ", line):
                downloaded += 1
            elif re.match(r"Prepared ", line):
                self.status.working("Installing packages", 0.42)

        self.status.working("Installing packages", 0.03)
        # The compiled list names everything, and leaves out what sparkmagic asks for in vain: no looking for more.
        install = [self.uv, "pip", "install", "--python", str(self.python), "--no-deps", "--require-hashes"]
        run([*install, "--only-binary", ":all:", "-r", str(REQUIREMENTS)], on_line)

    def compile(self, site_packages: Path) -> None:
        """Compiles what people import. Packages' own tests are half of all files, and nobody does."""
        step = "Compiling"
        self.status.working(step, 0.47)
        sources = [path for path in site_packages.rglob("*.py") if not {"tests", "test"} & set(path.parts)]
        files = [str(path) for path in sources if not self.take_compiled(path)]
        chunks = [files[start : start + 100] for start in range(0, len(files), 100)]
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            for done, _ in enumerate(pool.map(compile_files, chunks), start=1):
                self.status.working(step, 0.47 + 0.43 * done / len(chunks))

    def take_compiled(self, source: Path) -> bool:
        """Takes over what another environment has compiled from the very same file, if one has."""
        for folder in self.like:
            other = folder / source.relative_to(self.folder)
            with contextlib.suppress(OSError):
                # Both are links to one file in the installer's cache; one that was changed is a file of its own.
                if other.samefile(source):
                    compiled = Path(importlib.util.cache_from_source(str(source)))
                    compiled.parent.mkdir(exist_ok=True)
                    os.link(importlib.util.cache_from_source(str(other)), compiled)
                    return True
        return False

    def check(self, site_packages: Path) -> dict[str, object]:
        self.status.working("Checking", 0.92)
        try:
            run([self.uv, "pip", "check", "--python", str(self.python)])
            program = f"import {IMPORTS}, platform; print(platform.python_version())"
            lines = run([*self.try_as, str(self.python), "-I", "-c", program])
        except BuildError as error:
            raise BuildError(f"The environment was made, but it does not work. {error}") from error
        packages = sum(1 for _ in importlib.metadata.distributions(path=[str(site_packages)]))
        return {"pythonVersion": lines[-1], "packages": packages}


def open_to_all(folder: Path) -> None:
    """Lets everybody read an environment who gets there; the folder around it decides who does.

    Files are links into the installer's cache, whose modes are those of the day on which they came there.
    """
    for path in [folder, *folder.rglob("*")]:
        if path.is_symlink():
            continue
        mode = path.stat().st_mode
        wanted = mode | 0o444 | (0o111 if mode & 0o100 else 0)
        if mode != wanted:
            path.chmod(wanted)


def compile_files(files: list[str]) -> None:
    for file in files:
        # Some packages ship templates that are no valid Python; those are not imported either.
        compileall.compile_file(file, quiet=2)


def install_package(site_packages: Path) -> None:
    """Installs ``emberlab_jupyter`` with the metadata of a wheel (see the packaging user guide).

    It is then listed like any other package, and no build system has to be fetched for it.
    """
    version = re.search(r'__version__ = "([^"]+)"', (PACKAGE / "__init__.py").read_text())
    if version is None:
        raise BuildError("Emberlab's own package has no version.")
    dist_info = site_packages / f"emberlab_jupyter-{version[1]}.dist-info"
    files = {f"{PACKAGE.name}/{path.name}": path.read_bytes() for path in sorted(PACKAGE.glob("*.py"))}
    metadata = {
        "METADATA": f"Metadata-Version: 2.1\nName: emberlab-jupyter\nVersion: {version[1]}\n",
        "WHEEL": "Wheel-Version: 1.0\nGenerator: emberlab\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "INSTALLER": "emberlab\n",
    }
    files |= {f"{dist_info.name}/{name}": text.encode() for name, text in metadata.items()}
    record = ""
    for name, content in files.items():
        path = site_packages / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(content)}\n"
    (dist_info / "RECORD").write_text(f"{record}{dist_info.name}/RECORD,,\n")


def install_kernels(folder: Path, site_packages: Path) -> None:
    """Puts sparkmagic's kernels beside the Python one, and gives all the names that people know."""
    kernels = folder / "share/jupyter/kernels"
    for name, label in KERNELS.items():
        of_spark = site_packages / "sparkmagic/kernels" / name
        spec = json.loads(((of_spark if of_spark.exists() else kernels / name) / "kernel.json").read_text())
        if of_spark.exists():
            spec["argv"] = ["python", "-m", f"{PACKAGE.name}.kernel", name, "-f", "{connection_file}"]
            (kernels / name).mkdir(parents=True)
            shutil.copyfile(ICONS / f"{name}.svg", kernels / name / "logo-svg.svg")
        write_json(kernels / name / "kernel.json", {**spec, "display_name": label})


def write_json(path: Path, content: object) -> None:
    """Writes a new file. Never in place: the old one may be a link into the installer's cache, which all share."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(content, indent=1))
    fresh.replace(path)


def main() -> int:
    parser = argparse.ArgumentParser()
    for option in ("--uv", "--python", "--folder", "--status"):
        parser.add_argument(option, required=True)
    parser.add_argument("--like", type=Path, action="append", default=[])
    parser.add_argument("--try-as", action="append", default=[])
    options = parser.parse_args()
    folder = Path(options.folder)
    status = Status(Path(options.status))
    # People who work come first; whoever waits for this hardly notices.
    os.nice(5)
    os.umask(0o022)
    problem = "The build ended unexpectedly. Please build again."
    try:
        shutil.rmtree(folder, ignore_errors=True)
        result = Builder(options.uv, options.python, folder, status, options.like, options.try_as).build()
        status.write(result)
        return 0
    except BuildError as error:
        problem = str(error)
    except OSError as error:
        problem = explain([str(error)])
        print(error, flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    print(problem, flush=True)
    status.write({"problem": problem})
    return 1


if __name__ == "__main__":
    sys.exit(main())
