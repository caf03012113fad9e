"""What is kept on a cluster's file system, which a folder of this machine stands in for."""

import itertools
import os
import shutil
import tarfile
import zipfile

import pytest

from emberlab_yarn.event_logs import bring_events, limit_events
from emberlab_yarn.store import KEPT_SECONDS, Store


class FolderCluster:
    """The calls of Cluster that the store makes, on a folder. `running`: the tags of applications that go on."""

    def __init__(self, folder):
        self.folder = str(folder)
        self.running = set()
        self.listed = 0

    def home(self):
        return self.folder

    def exists(self, path):
        return os.path.exists(path)

    def make_folder(self, path, mode):
        os.makedirs(path, mode=mode, exist_ok=True)

    def size(self, path):
        return os.stat(path).st_size if os.path.exists(path) else None

    def write_line(self, path, text):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def read_line(self, path):
        if not os.path.exists(path):
            return ""
        with open(path, encoding="utf-8") as file:
            return file.readline()

    def put(self, source, target):
        shutil.copyfile(source, target)

    def fetch(self, path, target):
        shutil.copyfile(path, target)

    def changed(self, path):
        return os.stat(path).st_mtime

    def entries(self, folder, most=10_000):
        self.listed += 1
        if not os.path.isdir(folder):
            return []
        with os.scandir(folder) as found:
            some = itertools.islice(found, most)
            return [(each.path, each.name, each.is_dir(), each.stat().st_size) for each in some]

    def remove(self, path):
        if os.path.isdir(path):
            shutil.rmtree(path)
        elif os.path.exists(path):
            os.remove(path)

    def find(self, tag):
        return [{"id": "application_1_0001", "ended": tag not in self.running}]


@pytest.fixture
def python(tmp_path):
    """The Python of an environment that has one module."""
    import sys

    packages = tmp_path / "environment/lib/python{}.{}/site-packages".format(*sys.version_info[:2])
    packages.mkdir(parents=True)
    (packages / "greeting.py").write_text("word = 'hi'\n")
    return str(tmp_path / "environment/bin/python")


@pytest.fixture
def cluster(tmp_path):
    folder = tmp_path / "cluster"
    folder.mkdir()
    return FolderCluster(folder)


def test_an_environment_is_packed_once_whoever_asks(cluster, python):
    told = []
    first = Store(cluster).environment(told.append, None, python, "/opt/python")
    assert [each["step"] for each in told] == ["looked", "packed", "brought"]
    assert os.path.exists(first["archive"])
    told.clear()
    assert Store(cluster).environment(told.append, None, python, "/opt/python") == first
    assert [each["step"] for each in told] == ["looked"]
    # An archive says in its name what it has, and applications say by a tag that they have it.
    assert os.path.basename(first["archive"]) == first["tag"].removeprefix("emberlab-") + ".tar.gz"


def test_the_jars_of_a_spark_are_brought_once_by_what_they_are(cluster, tmp_path):
    def home(name, content):
        jars = tmp_path / name / "jars"
        jars.mkdir(parents=True)
        (jars / "spark-core.jar").write_bytes(content)
        (jars / "notes.txt").write_text("no jar")
        return str(tmp_path / name)

    told = []
    made = Store(cluster).jars(told.append, None, home("a", b"x"))
    assert [each["step"] for each in told] == ["spark_packed", "spark_brought"]
    with zipfile.ZipFile(made["archive"]) as archive:
        assert archive.namelist() == ["spark-core.jar"]
    told.clear()
    assert Store(cluster).jars(told.append, None, home("b", b"x")) == made
    assert told == []
    assert Store(cluster).jars(told.append, None, home("c", b"y")) != made


def test_an_archive_that_is_not_whole_any_more_is_made_anew(cluster, python):
    told = []
    made = Store(cluster).environment(told.append, None, python, "/opt/python")["archive"]
    with open(made, "rb") as file:
        whole = file.read()
    with open(made, "wb") as file:
        file.write(whole[:10])
    told.clear()
    Store(cluster).environment(told.append, None, python, "/opt/python")
    assert [each["step"] for each in told] == ["looked", "packed", "brought"]
    with tarfile.open(made) as archive:
        assert "bin/python" in archive.getnames()
    # One whose mark is older than marks that say so is taken as it is.
    with open(f"{made}.wanted", "w"):
        pass
    told.clear()
    Store(cluster).environment(told.append, None, python, "/opt/python")
    assert [each["step"] for each in told] == ["looked"]


def test_what_nobody_wants_goes_unless_an_application_has_it(cluster, python):
    store = Store(cluster)
    made = store.environment(lambda _: None, None, python, "/opt/python")
    assert store.clean(None) == []
    old = os.stat(made["archive"]).st_mtime - KEPT_SECONDS - 1
    os.utime(made["archive"] + ".wanted", (old, old))
    cluster.running.add(made["tag"])
    assert store.clean(None) == []
    cluster.running.clear()
    assert store.clean(None) == [made["archive"]]
    assert os.listdir(f"{cluster.folder}/.emberlab") == []


def test_event_logs_that_nobody_has_brought_go_too(cluster):
    store = Store(cluster)
    place = store.events(None, "emberlab-1-x")
    assert os.path.isdir(place)
    store.clean(None)
    assert os.path.isdir(place)
    os.utime(place, (1, 1))
    store.clean(None)
    assert not os.path.exists(place)


def written(cluster, sizes):
    place = Store(cluster).events(None, "emberlab-1-x")
    log = os.path.join(place, "eventlog_v2_application_1_0001_1")
    os.makedirs(log, exist_ok=True)
    for name, size in sizes.items():
        with open(os.path.join(log, name), "wb") as file:
            file.write(b"x" * size)
    return place, log


def test_event_logs_are_brought_and_taken_away(cluster, tmp_path):
    names = {"appstatus_application_1_0001_1.inprogress": 0, "events_1_application_1_0001_1.zstd": 10}
    place, _ = written(cluster, {**names, "strange": 5})
    target = tmp_path / "events"
    target.mkdir()
    assert bring_events(cluster, place, str(target), 10)
    assert sorted(os.listdir(target / "eventlog_v2_application_1_0001_1")) == sorted(names)
    assert not os.path.exists(place)


def test_a_crowd_of_files_is_not_read_to_its_end(cluster, tmp_path):
    place, log = written(cluster, {f"events_{number}_a": 1 for number in range(1500)})
    assert limit_events(cluster, place, 10_000) == 10_001
    assert len(os.listdir(log)) < 1000
    crowd, _ = written(cluster, {f"strange-{number}": 1 for number in range(1500)})
    for number in range(100):
        os.makedirs(os.path.join(crowd, f"eventlog_v2_application_2_{number}"), exist_ok=True)
    before = cluster.listed
    target = tmp_path / "events"
    target.mkdir()
    assert not bring_events(cluster, crowd, str(target), 10_000)
    assert cluster.listed - before <= 51
    assert os.listdir(target) == []
    assert not os.path.exists(crowd)


def test_event_logs_that_are_too_large_lose_all_but_the_last(cluster, tmp_path):
    place, log = written(cluster, {f"events_{number}_a": 10 for number in (1, 2, 10)})
    assert limit_events(cluster, place, 30) == 30
    assert len(os.listdir(log)) == 3
    assert limit_events(cluster, place, 29) == 30
    assert os.listdir(log) == ["events_10_a"]
    target = tmp_path / "events"
    target.mkdir()
    assert not bring_events(cluster, place, str(target), 9)
    assert os.listdir(target) == []
    assert not os.path.exists(place)
