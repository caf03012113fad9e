"""Compiled modules in the archives that drivers import from."""

import subprocess
import sys
import zipfile
from pathlib import Path

PROGRAM = Path(__file__).parents[1] / "compile_modules.py"


def import_from(archive, code):
    environment = {"PYTHONPATH": str(archive)}
    command = [sys.executable, "-S", "-c", code]
    return subprocess.run(
        command, env=environment, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ).stdout.strip()


def compile_modules(folder, modules):
    with zipfile.ZipFile(folder / "lib.zip", "w") as archive:
        for name, source in modules.items():
            archive.writestr(name, source)
    subprocess.run([sys.executable, str(PROGRAM), str(folder), "/opt/spark/lib"], check=True, stdout=subprocess.DEVNULL)
    return folder / "lib.zip"


def test_modules_are_imported_without_being_compiled_and_keep_their_names_in_traces(tmp_path):
    archive = compile_modules(
        tmp_path, {"pack/__init__.py": "", "pack/mod.py": "x = 41\ndef fail():\n    return 1 / 0\n"}
    )
    assert import_from(archive, "import pack.mod; print(pack.mod.x, pack.mod.__cached__)").startswith("41 ")
    assert 'File "/opt/spark/lib/lib.zip/pack/mod.py", line 3, in fail' in import_from(
        archive, "import pack.mod; pack.mod.fail()"
    )
    with zipfile.ZipFile(archive) as changed:
        assert "pack/mod.py" in changed.namelist()
    # The compiled one is what counts: a source that no longer compiles is not looked at.
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(archive) as good, zipfile.ZipFile(broken, "w") as bad:
        for name in good.namelist():
            bad.writestr(name, "not python at all" if name == "pack/mod.py" else good.read(name))
    assert import_from(broken, "import pack.mod; print(pack.mod.x)") == "41"


def test_a_module_compiled_by_another_python_is_taken_from_its_source(tmp_path):
    archive = compile_modules(tmp_path, {"mod.py": "x = 41\n"})
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(archive) as good, zipfile.ZipFile(other, "w") as changed:
        for name in good.namelist():
            data = good.read(name)
            changed.writestr(name, b"\0\0\0\0" + data[4:] if name.endswith("c") else data)
    assert import_from(other, "import mod; print(mod.x)") == "41"


def test_what_few_import_is_left_as_it_is_and_a_second_run_changes_nothing(tmp_path):
    modules = {"pyspark/tests/test_a.py": "", "pyspark/pandas/b.py": "", "pyspark/c.py": ""}
    archive = compile_modules(tmp_path, modules)
    with zipfile.ZipFile(archive) as changed:
        names = changed.namelist()
    assert [name for name in names if name.endswith(".pyc")] == ["pyspark/c.pyc"]
    subprocess.run([sys.executable, str(PROGRAM), str(tmp_path), "/opt/spark/lib"], check=True)
    with zipfile.ZipFile(archive) as again:
        assert again.namelist() == names
