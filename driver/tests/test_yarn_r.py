"""R and SparkR, packed on this machine and unpacked where nothing of them was."""

import os
import subprocess
import tarfile

import pytest

from emberlab_yarn.r_home import find_r_home, find_sparkr, r_archive, sparkr_archive

HOME = find_r_home()


def unpacked(archive, folder):
    folder.mkdir()
    archive.write(folder / "archive.tar.gz")
    with tarfile.open(folder / "archive.tar.gz") as file:
        file.extraction_filter = getattr(tarfile, "fully_trusted_filter", None)
        file.extractall(folder / "there")
    return folder / "there"


@pytest.mark.skipif(HOME is None, reason="R is not installed")
def test_r_runs_from_wherever_it_was_unpacked(tmp_path):
    there = unpacked(r_archive(HOME), tmp_path / "a")
    clean = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    script = tmp_path / "script.R"
    script.write_text('cat(R.home(), solve(matrix(2)), nchar(jsonlite::toJSON(1:3)), commandArgs(TRUE), sep = "\\n")')
    done = subprocess.run(
        [there / "bin" / "Rscript", "--vanilla", script, "word"], env=clean, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == [str(there / "R"), "0.5", "7", "word"], done.stderr
    # Nothing of it is looked for where R lies on this machine.
    maps = subprocess.run(
        [there / "bin" / "R", "--no-save", "--slave", "-e", 'cat(grep("/usr/lib/R/", readLines("/proc/self/maps")))'],
        env=clean,
        capture_output=True,
        text=True,
        check=True,
    )
    assert maps.stdout == ""


def test_sparkr_is_taken_from_the_first_library_that_has_it(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name / "SparkR").mkdir(parents=True)
    (tmp_path / "b" / "SparkR" / "DESCRIPTION").write_text("Package: SparkR\n")
    libraries = [str(tmp_path / name) for name in ("none", "a", "b")]
    assert find_sparkr(libraries) == libraries[2]
    assert find_sparkr(libraries[:2]) is None
    there = unpacked(sparkr_archive(libraries[2]), tmp_path / "c")
    assert os.listdir(there) == ["SparkR"]
