"""Where R and SparkR are looked for, and frames, without R."""

import os
import subprocess
import threading

import pytest

from emberlab_driver.interpreters import StartError
from emberlab_driver.r.channel import Channel, Ended, NoReply
from emberlab_driver.r.installation import find_library, find_r, prepare_workers


class Conf(dict):
    """Stands in for a SparkConf."""

    set = dict.__setitem__


def make_library(folder):
    (folder / "SparkR").mkdir(parents=True)
    (folder / "SparkR" / "DESCRIPTION").write_text("Package: SparkR\n")
    return str(folder)


def test_the_library_of_spark_comes_first(tmp_path):
    named = make_library(tmp_path / "named")
    environment = {"SPARK_HOME": str(tmp_path / "spark"), "EMBERLAB_SPARKR": named}
    assert find_library(environment) == named
    own = make_library(tmp_path / "spark" / "R" / "lib")
    assert find_library(environment) == own
    assert find_library({"SPARK_HOME": "/nowhere"}) is None
    with pytest.raises(StartError, match="EMBERLAB_SPARKR names /nowhere"):
        find_library({"EMBERLAB_SPARKR": "/nowhere"})


def test_r_is_the_one_that_is_named_else_on_the_path(tmp_path, monkeypatch):
    monkeypatch.delenv("SPARKR_DRIVER_R", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StartError, match="apt-get install r-base-core r-cran-jsonlite"):
        find_r(Conf())
    (tmp_path / "R").write_text("")
    (tmp_path / "R").chmod(0o755)
    assert find_r(Conf()) == str(tmp_path / "R")
    assert find_r(Conf({"spark.r.shell.command": "/bin/sh"})) == "/bin/sh"
    with pytest.raises(StartError, match="/nowhere/R, is not there"):
        find_r(Conf({"spark.r.shell.command": "/nowhere/R"}))


def test_workers_get_the_script_of_the_library(tmp_path):
    home, library = str(tmp_path / "spark home"), make_library(tmp_path / "my library")
    conf = Conf({"spark.master": "local[2]", "spark.r.command": "/bin/echo"})
    prepare_workers(conf, home, library, str(tmp_path))
    arguments = [conf["spark.r.command"], "--vanilla", f"{home}/R/lib/SparkR/worker/daemon.R"]
    printed = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout
    assert printed == f"--vanilla {library}/SparkR/worker/daemon.R\n"


def test_workers_are_left_alone_on_a_cluster_and_with_a_sparkr_of_spark(tmp_path):
    library = make_library(tmp_path / "library")
    cluster = Conf({"spark.master": "yarn"})
    prepare_workers(cluster, str(tmp_path / "spark"), library, str(tmp_path))
    make_library(tmp_path / "spark" / "R" / "lib")
    local = Conf({"spark.master": "local[*]"})
    prepare_workers(local, str(tmp_path / "spark"), library, str(tmp_path))
    assert "spark.r.command" not in cluster and "spark.r.command" not in local


def frame(*fields):
    size = len(fields).to_bytes(4, "big")
    return size + b"".join(len(field).to_bytes(4, "big") + field for field in fields)


@pytest.fixture
def channel():
    made = Channel()
    yield made
    made.close()
    for descriptor in made.far_ends:
        os.close(descriptor)


def test_frames(channel):
    requests, replies = channel.far_ends
    os.write(replies, frame(b"1", "ž".encode(), b""))
    assert channel.exchange("run", "ü") == ["ž".encode(), b""]
    assert os.read(requests, 100) == frame(b"1", b"run", "ü".encode())


def test_a_reply_in_pieces_and_one_that_comes_too_late(channel):
    _, replies = channel.far_ends
    with pytest.raises(NoReply):
        channel.exchange("complete", timeout=0.01)
    late, whole = frame(b"1", b"late"), frame(b"2", b"x" * 300_000)
    pieces = [late[:9], late[9:] + whole[:3], whole[3:]]

    def write():
        for piece in pieces:
            view = memoryview(piece)
            while view:
                view = view[os.write(replies, view) :]

    writer = threading.Thread(target=write)
    writer.start()
    assert channel.exchange("run") == [b"x" * 300_000]
    writer.join()


def test_the_end_of_r_ends_an_exchange_though_the_pipes_stay_open(channel):
    threading.Thread(target=channel.ended).start()
    with pytest.raises(Ended):
        channel.exchange("run")
