"""Finds out what goes into an environment: from what people ask for to a lock with a hash for each library.

The resolver runs as we do and so never runs anything of a library: it takes wheels alone. What is source is built into
a wheel first, by somebody who may do nothing here.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from builder import lock as locks
from builder import wheels
from builder.explain import BuildError, explain
from builder.sandbox import Sandbox

FETCH = Path(__file__).resolve().parent / "fetch.py"
#: How many libraries that are source alone a change may bring.
MOST_SOURCES = 40


@dataclass
class Plan:
    """See ``plan.ts``, which writes it."""

    mode: str
    #: where the lock is, or is to be
    lock: Path
    before: Path | None = None
    requests: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    upgrade: list[str] | None = None
    sources: list[dict[str, str]] = field(default_factory=list)
    wheels: Path = Path("wheels")
    #: hosts whose certificate is not looked at
    trusted: list[str] = field(default_factory=list)
    #: no index is asked
    offline: bool = False
    #: what is missing is to be missing
    broken: bool = False


class Resolver:
    def __init__(
        self, uv: str, python: str, plan: Plan, sandbox: Sandbox, overrides: Path, say: Callable[[str], None]
    ) -> None:
        self.uv = uv
        self.python = python
        self.plan = plan
        self.sandbox = sandbox
        self.overrides = overrides
        self.say = say
        self.scratch = plan.lock.parent / f".{plan.lock.name}.work"
        #: wheels that were built of what the index has as source alone, as requirements
        self.built: dict[str, str] = {}

    def resolve(self) -> list[dict[str, str]]:
        """Writes the lock; answers the wheels that were made of the sources that people handed in."""
        self.scratch.mkdir(exist_ok=True)
        made = [self.build(source) for source in self.plan.sources]
        # One that was there before, of another source or version, gives way.
        names = {locks.normal(one["name"]) for one in made}
        self.plan.requests = [line for line in self.plan.requests if locks.name_of(line) not in names]
        for one in made:
            self.plan.requests.append(one["requirement"])
            self.plan.new.append(one["requirement"])
        self.refuse({locks.normal(one["name"]): "" for one in made})
        text = self.plan.lock.read_text() if self.plan.mode == "install" else self.added() or self.compiled()
        self.refuse(locks.entries_of(text))
        self.refuse_addresses(text)
        fresh = self.plan.lock.with_suffix(".new")
        fresh.write_text(text)
        fresh.replace(self.plan.lock)
        return made

    def refuse(self, names: dict[str, object] | dict[str, list[str]] | dict[str, str]) -> None:
        for name in self.plan.refused:
            if locks.normal(name) in names:
                raise BuildError(f"The administrator does not allow {name} here, and what was asked for needs it.")
        if "emberlab-jupyter" in names:
            raise BuildError("emberlab-jupyter belongs to Emberlab itself, and cannot be replaced.")

    def refuse_addresses(self, text: str) -> None:
        """What comes as a file is one of the project's own: no other was looked at."""
        own = f"file://{self.plan.wheels}/"
        for line in locks.requested_files(text):
            name, _, address = line.partition(" @ ")
            if not unquote(address).startswith(own) or "/../" in unquote(address):
                raise BuildError(f"{name} would come from an address that nobody has asked for, so it was refused.")

    def added(self) -> str | None:
        """The lock with what is new added to it and nothing else changed; None: that can't be."""
        if self.plan.mode != "add" or self.plan.before is None:
            return None
        before = locks.entries_of(self.plan.before.read_text())
        constraints = [*locks.pins(self.plan.before.read_text()), *self.plan.constraints]
        # One that is there as a file stays that file: there is no other of its version.
        kept = locks.requested_files(self.plan.before.read_text())
        names = {locks.name_of(line) for line in self.plan.new}
        overrides = [line for line in kept if locks.normal(line.split(" @ ")[0]) not in names]
        output = self.compile(self.plan.new, constraints, overrides, [])
        if isinstance(output, list):
            return None
        after = locks.entries_of(output)
        if any(name in before and not same(before[name], after[name]) for name in after):
            return None
        return locks.joined(before | {name: lines for name, lines in after.items() if name not in before})

    def compiled(self) -> str:
        """The lock of all that is asked for, as near to what was before as can be."""
        for _ in range(MOST_SOURCES):
            before = "" if self.plan.before is None else self.plan.before.read_text()
            output = self.compile(self.plan.requests, self.plan.constraints, [], self.upgrades(), before)
            if isinstance(output, str):
                return output
            wanted = set(re.findall(r"Wheels are required for `([^`]+)`", "\n".join(output))) - set(self.built)
            if not wanted:
                raise BuildError(explain(output))
            for name in sorted(wanted):
                self.built[name] = self.build_from_index(name)
        raise BuildError("Too many of these libraries are source alone. Please take versions that come as wheels.")

    def left_out(self, requests: list[str]) -> list[str]:
        """What is left out of the base set for good, except where somebody asks for it by name."""
        named = {locks.name_of(line) for line in requests}
        lines = [line for line in self.overrides.read_text().splitlines() if line and not line.startswith("#")]
        return [line for line in lines if locks.name_of(line) not in named]

    def no_index(self) -> list[str]:
        return ["--no-index"] if self.plan.offline else []

    def upgrades(self) -> list[str]:
        if self.plan.upgrade is None:
            return []
        return [f"--upgrade-package={name}" for name in self.plan.upgrade] or ["--upgrade"]

    def compile(
        self, requests: list[str], constraints: list[str], overrides: list[str], options: list[str], before: str = ""
    ) -> str | list[str]:
        """The lock; or what the resolver has said where there is none."""
        files = {
            "requests.in": requests,
            "constraints.txt": constraints,
            "overrides.txt": [
                *self.left_out(requests),
                *(f"{name} ; sys_platform == 'never'" for name in self.plan.excluded),
                *overrides,
                *self.built.values(),
            ],
        }
        for name, lines in files.items():
            (self.scratch / name).write_text("\n".join(lines) + "\n")
        output = self.scratch / "lock.txt"
        output.write_text(before)
        command = [
            self.uv, "pip", "compile", "--python", self.python, "--only-binary", ":all:", "--generate-hashes",
            "--no-header", "--no-annotate", "--quiet",
            "--constraints", str(self.scratch / "constraints.txt"),
            "--overrides", str(self.scratch / "overrides.txt"),
            "--output-file", str(output), *self.no_index(), *options, str(self.scratch / "requests.in"),
        ]  # fmt: skip
        done = subprocess.run(  # noqa: S603 -- no shell, and every argument is ours
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", check=False,
        )  # fmt: skip
        if done.returncode == 0:
            return output.read_text()
        print(done.stdout, flush=True)
        return done.stdout.splitlines()

    def build(self, source: dict[str, str]) -> dict[str, str]:
        if source["kind"] == "git":
            return self.build_from_git(source["url"], source.get("ref"))
        path = Path(source["path"])
        self.say(f"Building {path.name}")
        return self.wheel_of(str(path), path.name)

    def build_from_git(self, url: str, ref: str | None) -> dict[str, str]:
        name = url.rstrip("/").split("/")[-1].removesuffix(".git")
        self.say(f"Fetching {name} from Git")
        folder = self.sandbox.folder / "source"
        program = ["/usr/bin/env", "git", "-c", "core.hooksPath=/dev/null"]
        if any(url.startswith((f"http://{host}/", f"https://{host}/")) for host in self.plan.trusted):
            program += ["-c", "http.sslVerify=false"]
        git = [*program, "-C", str(folder)]
        self.sandbox.run(["/bin/rm", "-rf", str(folder)], name)
        self.sandbox.run([*program, "init", "--quiet", str(folder)], f"{name} from Git")
        what = f"{name} from Git"
        self.sandbox.run([*git, "fetch", "--quiet", "--depth=1", url, ref or "HEAD"], what)
        self.sandbox.run([*git, "-c", "advice.detachedHead=false", "checkout", "--quiet", "FETCH_HEAD"], what)
        self.say(f"Building {name}")
        return self.wheel_of(str(folder), name)

    def build_from_index(self, name: str) -> str:
        """Has the source of a library found, fetched and built by somebody else; answers what asks for its wheel."""
        self.say(f"Looking for the source of {name}")
        requests = self.sandbox.folder / "requests.in"
        lines = [line for line in self.plan.requests if " @ file:" not in line]
        self.hand_over(requests, [*lines, *self.plan.constraints])
        overrides = self.hand_over(self.sandbox.folder / "overrides.txt", self.left_out(self.plan.requests))
        find = [self.uv, "pip", "compile", "--quiet", "--python", self.python, "--format", "pylock.toml", "--no-header"]
        find += ["--overrides", str(overrides), *self.no_index(), str(requests)]
        found = self.sandbox.run(find, f"The source of {name}")
        for block in "\n".join(found).split("[[packages]]"):
            facts = re.search(r'^name = "([^"]+)"', block, re.MULTILINE)
            source = re.search(r'^sdist = \{ url = "([^"]+)".*?sha256 = "([0-9a-f]{64})"', block, re.MULTILINE)
            if facts and source and locks.normal(facts[1]) == locks.normal(name):
                archive = self.sandbox.folder / Path(source[1].split("#")[0]).name
                self.say(f"Building {archive.name}")
                self.sandbox.run(
                    [self.python, "-I", str(FETCH), source[1], source[2], str(archive)], f"Fetching {name}"
                )
                return self.wheel_of(str(archive), name)["requirement"]
        raise BuildError(f"The index has no build and no source of {name} that fits. Please take another version.")

    def hand_over(self, path: Path, lines: list[str]) -> Path:
        """Writes a file in the folder of somebody else; its name is taken away first, whatever it is."""
        path.unlink(missing_ok=True)
        with path.open("x") as file:
            file.write("\n".join(lines) + "\n")
        path.chmod(0o644)
        return path

    def wheel_of(self, source: str, what: str) -> dict[str, str]:
        out = self.sandbox.folder / "wheels"
        self.sandbox.run(["/bin/rm", "-rf", str(out)], what)
        build = [self.uv, "build", "--wheel", "--no-config", "--python", self.python, *self.no_index()]
        self.sandbox.run([*build, "--out-dir", str(out), source], what)
        name, version, path = wheels.keep(self.sandbox.folder, out.name, self.plan.wheels)
        return {"name": name, "version": version, "path": str(path), "requirement": f"{name} @ {path.as_uri()}"}


def same(before: list[str], after: list[str]) -> bool:
    """Whether two entries hold a library to the same version; the one may stand there for several machines."""
    first = {block.splitlines()[0].rstrip("\\ ").split(";")[0].strip() for block in before}
    return {block.splitlines()[0].rstrip("\\ ").split(";")[0].strip() for block in after} <= first
