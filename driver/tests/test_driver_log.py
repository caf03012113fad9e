"""The driver's own log in a container."""

import pytest

from emberlab_driver.driver_log import DriverLogError, in_container, read_driver_log


def test_bytes_come_from_the_folder_that_has_them(tmp_path):
    (tmp_path / "stderr").write_bytes("über".encode())
    environment = {"CONTAINER_ID": "c", "LOG_DIRS": f"{tmp_path}/other,{tmp_path}"}
    assert in_container(environment)
    answer = read_driver_log("stderr", 1, 2, environment)
    assert (answer["bytes"].encode("latin-1"), answer["from"], answer["total"]) == ("über".encode()[1:3], 1, 5)
    assert read_driver_log("stderr", 99, 10, environment) == {"bytes": "", "from": 5, "total": 5}


@pytest.mark.parametrize("stream", ["stdout", "../secret"])
def test_what_is_not_there_is_a_sentence(tmp_path, stream):
    with pytest.raises(DriverLogError):
        read_driver_log(stream, 0, 10, {"LOG_DIRS": str(tmp_path)})
    assert not in_container({})
