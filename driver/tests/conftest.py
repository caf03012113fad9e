import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from fake_control import FakeControl

DRIVER = Path(__file__).parents[1]
# The versions of Spark to test with, and the environment variables that name where each is.
SPARKS = {"spark-4.3": "EMBERLAB_TEST_SPARK_HOME", "spark-3.5": "EMBERLAB_TEST_SPARK35_HOME"}
# And those that name an archive of each one's classes, if there is one.
ARCHIVES = {"spark-4.3": "EMBERLAB_TEST_SPARK_ARCHIVE", "spark-3.5": "EMBERLAB_TEST_SPARK35_ARCHIVE"}
# A driver that lives for seconds takes half the processor time when little of what it runs is compiled well.
QUICK_JAVA = "-XX:TieredStopAtLevel=1"
SETTINGS = {
    "spark.driver.extraJavaOptions": QUICK_JAVA,
    "spark.master": "local[1]",
    "spark.driver.memory": "768m",
    "spark.ui.port": "0",
    "spark.sql.shuffle.partitions": "2",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.showConsoleProgress": "false",
}


class Driver:
    """An agent's process with the control plane that it belongs to."""

    def __init__(self, control, process, log):
        self.control = control
        self.process = process
        self.log_file = log

    def log(self):
        return self.log_file.read_text(errors="replace")

    def wait(self, timeout=30):
        return self.process.wait(timeout)


def write_config(folder, control, **changes):
    config = {
        "sessionId": 7,
        "kind": "pyspark",
        "agentUrl": control.url,
        "secret": control.secret,
        "appName": "Emberlab test",
        "outputLimitBytes": 8 * 1024 * 1024,
        "orphanTimeoutSeconds": 600,
    }
    path = Path(folder, "config.json")
    path.write_text(json.dumps({**config, **changes}))
    path.chmod(0o600)
    return path


def group_is_gone(group, seconds=5):
    """Whether all processes of a group end within this time; a JVM and its children do not end in one instant."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


@contextlib.contextmanager
def running(command, control, folder, environment):
    """Runs an agent; afterwards its process must be gone, with all others of its group."""
    log = Path(folder, "driver.log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, start_new_session=True
        )
    driver = Driver(control, process, log)
    try:
        yield driver
        if process.poll() is None and control.hellos:
            control.send("stop")
            assert driver.wait() == 0, driver.log()
    except BaseException:
        print(driver.log()[-5000:])
        raise
    finally:
        ended = process.poll() is not None
        left_over = not ended or not group_is_gone(process.pid)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if left_over:
        pytest.fail("processes of the driver were left over")


@contextlib.contextmanager
def plain_driver(environment=None, before=None, **config):
    """The agent without Spark, with a control plane of its own."""
    with tempfile.TemporaryDirectory(prefix="emberlab") as folder:
        control = FakeControl(Path(folder, "agent.sock"))
        if before is not None:
            before(control)
        command = [os.environ.get("EMBERLAB_TEST_PYTHON", sys.executable), str(DRIVER / "tests" / "plain_agent.py")]
        command.append(str(write_config(folder, control, **config)))
        try:
            with running(command, control, folder, {**os.environ, **(environment or {})}) as driver:
                yield driver
        finally:
            control.close()


def from_archive(version):
    """Properties and environment for a start from the archive of Spark's classes that `./test` has made, which takes
    half the time; both empty where there is none."""
    archive = os.environ.get(ARCHIVES[version])
    if not archive:
        return {}, {}
    options = f"{QUICK_JAVA} -Xshare:auto -XX:SharedArchiveFile={archive} -Xlog:cds=off -Xlog:cds+dynamic=off"
    return {"spark.driver.extraJavaOptions": options}, {"SPARK_CONF_DIR": str(Path(archive).parent / "no-conf")}


def spark_command(folder, control, settings=None, version="spark-4.3", environment=None, **config):
    """`spark-submit` as the control plane calls it, and the environment for it; skips without a Spark."""
    home, python = os.environ.get(SPARKS[version]), os.environ.get("EMBERLAB_TEST_PYTHON")
    if not home or not python:
        pytest.skip(f"{SPARKS[version]} and EMBERLAB_TEST_PYTHON name no Spark to test with")
    properties = Path(folder, "spark.properties")
    # As the platform does: the JVM compares the words of a class path.
    home = os.path.realpath(home)
    quick, places = from_archive(version)
    settings = {**SETTINGS, **quick, **(settings or {})}
    properties.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    entry = DRIVER / "emberlab_driver" / "__main__.py"
    command = [f"{home}/bin/spark-submit", "--properties-file", str(properties), str(entry)]
    command.append(str(write_config(folder, control, **config)))
    own = {"SPARK_HOME": home, "PYSPARK_PYTHON": python, "PYSPARK_DRIVER_PYTHON": python, "LANG": "C", **places}
    return command, {**os.environ, **own, **(environment or {})}


@contextlib.contextmanager
def spark_driver(settings=None, environment=None, **config):
    """The agent in a real Spark driver; `version` is a key of SPARKS."""
    with tempfile.TemporaryDirectory(prefix="emberlab") as folder:
        control = FakeControl(Path(folder, "agent.sock"))
        try:
            command, base = spark_command(folder, control, settings, **config)
            with running(command, control, folder, {**base, **(environment or {})}) as driver:
                yield driver
        finally:
            control.close()


@pytest.fixture(scope="module")
def plain():
    with plain_driver() as driver:
        driver.control.ready()
        yield driver


@pytest.fixture(scope="module", params=SPARKS)
def spark(request):
    """A driver of each version of Spark, of the kind and with the environment that the module's KIND and ENVIRONMENT
    name."""
    module = request.module
    named = {"kind": getattr(module, "KIND", "pyspark"), "environment": getattr(module, "ENVIRONMENT", None)}
    with spark_driver(version=request.param, **named) as driver:
        driver.control.ready(timeout=240)
        yield driver
