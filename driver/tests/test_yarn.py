"""What speaks to YARN, without one: the words of failures and of logs."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from emberlab_yarn.failures import failure_of
from emberlab_yarn.log_parts import log_in

PROGRAM = Path(__file__).parents[1] / "emberlab_yarn" / "__main__.py"


@pytest.mark.parametrize(
    ("chain", "kind"),
    [
        (
            [
                (
                    "org.apache.hadoop.yarn.exceptions.ApplicationNotFoundException",
                    "Application with id 'x' is not there",
                )
            ],
            "gone",
        ),
        ([("java.io.IOException", "failed"), ("java.net.ConnectException", "Connection refused")], "away"),
        (
            [
                ("java.io.IOException", "DestHost:destPort nn:8020"),
                ("javax.security.sasl.SaslException", "GSS initiate failed"),
            ],
            "ticket",
        ),
        ([("org.apache.hadoop.security.AccessControlException", "Permission denied: user=x")], "refused"),
        ([("java.lang.IllegalStateException", "what\nnow")], "other"),
    ],
)
def test_a_failure_is_known_by_its_causes(chain, kind):
    failure = failure_of(chain)
    assert failure.kind == kind
    assert "\n" not in str(failure)


def part(name, content, length=None):
    size = len(content) if length is None else length
    return b"LogType:%s\nLogLastModifiedTime:now\nLogLength:%d\nLogContents:\n%s\nEnd of LogType:%s\n****\n\n" % (
        name,
        size,
        content,
        name,
    )


def test_a_log_is_found_behind_its_heading():
    text = b"Container: c on h\n=====\n" + part(b"stdout", b"out\n") + part(b"stderr", b"LogType:stdout\nerr")
    assert log_in(text, "stdout") == b"out\n"
    assert log_in(text, "stderr") == b"LogType:stdout\nerr"
    assert log_in(text, "syslog") is None


def test_of_a_longer_log_there_are_the_last_bytes():
    assert log_in(part(b"stderr", b"the end", length=4000), "stderr") == b"the end"


def test_a_package_is_packed_the_same_each_time(tmp_path):
    spark = tmp_path / "spark"
    spark.mkdir()
    package = tmp_path / "pack"
    (package / "__pycache__").mkdir(parents=True)
    (package / "__pycache__" / "a.pyc").write_bytes(b"x")
    (package / "a.py").write_text("A = 1\n")
    asked = [
        {"id": each, "ask": "pack", "with": {"package": str(package), "target": str(tmp_path / f"{each}.zip")}}
        for each in (1, 2)
    ]
    process = subprocess.Popen(
        [sys.executable, PROGRAM, json.dumps({"sparkHome": str(spark), "confDir": "/"})],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    for question in asked:
        process.stdin.write(json.dumps(question) + "\n")
        process.stdin.flush()
    answers = [json.loads(process.stdout.readline()) for _ in asked]
    process.stdin.close()
    assert process.wait(30) == 0
    assert sorted(answer["id"] for answer in answers) == [1, 2]
    assert all("failure" not in answer for answer in answers)
    assert zipfile.ZipFile(tmp_path / "1.zip").namelist() == ["pack/a.py"]
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
