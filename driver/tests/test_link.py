"""The connection to the control plane, through a whole agent without Spark."""

import os
import shutil
import signal
import ssl
import subprocess
import time

import pytest
from conftest import plain_driver
from fake_control import FakeControl


@pytest.fixture
def driver():
    with plain_driver() as driver:
        driver.control.ready()
        yield driver


def test_hello_and_handshake(driver):
    control = driver.control
    hello = control.hellos[0]
    assert (hello["protocol"], hello["sessionId"], hello["pid"]) == (1, 7, driver.process.pid)
    assert hello["statements"] == []
    request = control.requests[0]
    assert request.path == "/agent/v1/connect"
    assert request.headers["Sec-WebSocket-Protocol"] == "emberlab-agent.1"
    assert control.ping().wait(5)


def test_the_configuration_file_is_deleted(driver):
    folder = driver.log_file.parent
    assert not (folder / "config.json").exists()


def test_reconnects_in_the_middle_of_a_statement(driver):
    control = driver.control
    control.auto_ack = False
    gate = driver.log_file.parent / "gate"
    os.mkfifo(gate)
    statement_id = control.submit(f"x = 1\nopen({str(gate)!r}).read()")
    waiting = control.submit("x + 1")
    control.started(statement_id)
    control.drop()
    control.wait_for(lambda: len(control.hellos) == 2)
    held = [{"id": statement_id, "state": "running"}, {"id": waiting, "state": "waiting"}]
    assert control.hellos[1]["statements"] == held
    assert control.hellos[1]["state"] == "busy"
    control.send("run", id=statement_id, code="x = 'again'", kind="pyspark")
    gate.write_text("done")
    assert control.result(statement_id)["output"]["data"]["text/plain"] == "'done'"
    assert control.result(waiting)["output"]["data"]["text/plain"] == "2"
    control.send("ack", id=statement_id)
    control.send("ack", id=waiting)
    assert len(control.all("result", id=statement_id)) == 1


def test_results_come_again_until_acknowledged(driver):
    control = driver.control
    control.auto_ack = False
    statement_id = control.submit("'once'")
    first = control.result(statement_id)
    for connections in (2, 3):
        control.drop()
        control.wait_for(lambda count=connections: len(control.hellos) == count)
        control.wait_for(lambda count=connections: len(control.all("result", id=statement_id)) == count)
        assert control.hellos[-1]["statements"] == [{"id": statement_id, "state": "ended"}]
    assert control.all("result") == [first] * 3
    control.send("ack", id=statement_id)
    control.run("'after the ack'")
    control.drop()
    control.wait_for(lambda: len(control.hellos) == 4)
    assert statement_id not in [statement["id"] for statement in control.hellos[3]["statements"]]


def test_large_messages_both_ways(driver):
    code = f"len({'ž' * 3_000_000!r})"
    assert driver.control.text(code) == "3000000"
    whole = driver.control.text("print('ž' * 3_000_000)") == "ž" * 3_000_000
    assert whole


@pytest.mark.parametrize("status", [401, 410])
def test_a_final_refusal_ends_the_agent(status):
    with plain_driver(before=lambda control: setattr(control, "refuse_with", status)) as driver:
        assert driver.wait(10) == 0
        assert len(driver.control.requests) == 1


def test_a_wrong_secret_ends_a_busy_agent(driver):
    statement_id = driver.control.submit("while True: pass")
    driver.control.started(statement_id)
    driver.control.secret = "another"
    driver.control.drop()
    assert driver.wait(10) == 0


def test_other_refusals_are_tried_again():
    def refuse(control):
        control.refuse_with = 503

    with plain_driver(before=refuse) as driver:
        driver.control.wait_for(lambda: True)
        deadline = time.monotonic() + 20
        while len(driver.control.requests) < 4:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        driver.control.refuse_with = None
        driver.control.ready()


def test_the_control_plane_may_come_late(tmp_path):
    with plain_driver(agentUrl=f"unix:{tmp_path}/late.sock") as driver:
        late = FakeControl(tmp_path / "late.sock")
        late.ready()
        assert late.text("1 + 1") == "2"
        late.send("stop")
        assert driver.wait() == 0
        late.close()


def test_an_idle_orphan_ends(tmp_path):
    with plain_driver(agentUrl=f"unix:{tmp_path}/nobody.sock", orphanTimeoutSeconds=0.5) as driver:
        assert driver.wait(10) == 0
        assert "out of reach" in driver.log()


def test_a_busy_orphan_stays(tmp_path):
    with plain_driver(orphanTimeoutSeconds=0.3) as driver:
        control = driver.control
        control.ready()
        statement_id = control.submit("import time; time.sleep(1.5); 'done'")
        control.started(statement_id)
        control.refuse_with = 503
        control.drop()
        time.sleep(1)  # longer than the limit, shorter than the statement
        control.refuse_with = None
        assert control.result(statement_id)["output"]["data"]["text/plain"] == "'done'"


@pytest.mark.parametrize("secure", [False, True])
def test_tcp(secure, tmp_path):
    context, environment = None, {}
    if secure:
        if not shutil.which("openssl"):
            pytest.skip("openssl is not installed")
        make = (
            "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
        )
        paths = ["-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "cert")]
        subprocess.run([*make.split(), *paths], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "cert", tmp_path / "key")
        environment = {"SSL_CERT_FILE": str(tmp_path / "cert")}
    control = FakeControl(ssl=context)
    with plain_driver(environment=environment, agentUrl=control.url) as driver:
        control.ready()
        assert control.requests[0].path == "/base/agent/v1/connect"
        whole = control.text("print('x' * 5_000_000)") == "x" * 5_000_000
        assert whole
        control.send("stop")
        assert driver.wait() == 0
    control.close()


def test_failed_start_is_reported():
    with plain_driver(environment={"FAIL_START": "1"}) as driver:
        failed = driver.control.message("failed")
        assert failed["message"] == "Spark could not start: no master to be found"
        assert "RuntimeError" in failed["detail"]
        assert driver.wait() == 1


def test_exit_of_the_process_by_user_code(driver):
    driver.control.submit("import os; os._exit(1)")
    assert driver.wait() == 1


@pytest.mark.parametrize("code", ["1", "while True: pass", "while True:\n  try:\n    while True: pass\n  except: pass"])
@pytest.mark.parametrize("how", ["stop", "SIGTERM"])
def test_end_within_five_seconds(driver, code, how):
    statement_id = driver.control.submit(code)
    driver.control.started(statement_id)
    began = time.monotonic()
    if how == "stop":
        driver.control.send("stop")
    else:
        driver.process.send_signal(signal.SIGTERM)
    assert driver.wait() == 0
    assert time.monotonic() - began < 5
    driver.control.message("bye")


def test_end_with_a_thread_that_never_ends(driver):
    driver.control.text("import threading; threading.Thread(target=threading.Event().wait).start()")
    driver.control.send("stop")
    assert driver.wait(5) == 0


def test_bad_configuration(tmp_path):
    with plain_driver(secret=None) as driver:
        assert driver.wait() != 0
        assert "secret must be a string" in driver.log()
