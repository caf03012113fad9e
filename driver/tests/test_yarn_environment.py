"""The archive of an environment, unpacked where nothing of it was."""

import os
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

import pytest

from emberlab_yarn.environment import Environment, Unfit

VERSION = "python{}.{}".format(*sys.version_info[:2])
DISTRIBUTION = os.path.realpath(sys.base_prefix) == "/usr"


@pytest.fixture
def python(tmp_path):
    """An environment with one package, which has a program in a folder of its own and a link out of it."""
    prefix = tmp_path / "environment"
    venv.create(prefix, with_pip=False, symlinks=True)
    package = prefix / "lib" / VERSION / "site-packages" / "greeting"
    package.mkdir()
    (package / "__init__.py").write_text("word = 'good morning'\n")
    (package / "tool").write_text("#!/bin/sh\n")
    (package / "tool").chmod(0o755)
    (package / "out").symlink_to("/etc/passwd")
    return prefix / "bin" / "python"


def unpacked(environment, folder):
    folder.mkdir()
    environment.write(folder / "archive.tar.gz")
    with tarfile.open(folder / "archive.tar.gz") as archive:
        # A newer Python refuses some links otherwise.
        archive.extraction_filter = getattr(tarfile, "fully_trusted_filter", None)
        archive.extractall(folder / "there")
    return folder / "there"


def told(python, code):
    environment = {"PATH": os.environ["PATH"]}
    return subprocess.run(
        [python, "-B", "-c", code], check=True, capture_output=True, text=True, env=environment, cwd="/"
    ).stdout.strip()


@pytest.mark.skipif(DISTRIBUTION, reason="a distribution's Python is not moved")
def test_the_interpreter_goes_along(python, tmp_path):
    there = unpacked(Environment(str(python)), tmp_path / "node")
    code = "import greeting, sys, ssl, json; print(greeting.word, sys.prefix, sys.base_prefix, json.__file__)"
    word, prefix, base, library = told(there / "bin/python", code).rsplit(" ", 3)
    assert word == "good morning"
    assert prefix == base == str(there)
    assert library.startswith(str(there))
    package = there / "lib" / VERSION / "site-packages" / "greeting"
    assert os.access(package / "tool", os.X_OK)
    # What a link leads to is none of the environment.
    assert not os.path.lexists(package / "out")


def test_the_interpreter_of_the_machines_is_taken_where_there_is_one(python, tmp_path):
    there = unpacked(Environment(str(python), os.path.realpath(sys.executable)), tmp_path / "node")
    code = "import greeting, sys; print(greeting.word, sys.prefix)"
    assert told(there / "bin/python", code) == f"good morning {there}"
    assert not (there / "lib" / VERSION / "json").exists()


def test_an_archive_is_named_by_what_it_has(python, tmp_path):
    first = Environment(str(python), "/opt/python").digest()
    cache = Path(python).parents[1] / "lib" / VERSION / "site-packages" / "greeting" / "__pycache__"
    cache.mkdir()
    (cache / "x.pyc").write_bytes(b"x")
    os.utime(python.parents[1] / "lib" / VERSION / "site-packages" / "greeting" / "__init__.py", (1, 1))
    assert Environment(str(python), "/opt/python").digest() == first
    assert Environment(str(python), "/opt/other").digest() != first
    (cache.parent / "more.py").write_text("")
    assert Environment(str(python), "/opt/python").digest() != first


def test_an_environment_of_another_python_is_refused(python):
    os.rename(python.parents[1] / "lib" / VERSION, python.parents[1] / "lib" / "python3.0")
    with pytest.raises(Unfit, match="is not one of python3"):
        Environment(str(python))
