"""The tunnel, through a whole agent without Spark, to a server that plays the UI."""

import socket
import struct

import pytest
from conftest import plain_driver

OPEN, DATA, END, RESET, CREDIT = range(5)
WINDOW = 1024 * 1024


@pytest.fixture(scope="module")
def ui():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        yield server


@pytest.fixture(scope="module")
def control(ui):
    with plain_driver(environment={"UI_PORT": str(ui.getsockname()[1])}) as driver:
        driver.control.ready()
        yield driver.control


def send(control, stream, opcode, payload=b""):
    control.send_binary(struct.pack("!IB", stream, opcode) + payload)


def frames(control, stream, opcode):
    return [payload for s, o, payload in list(control.binary) if (s, o) == (stream, opcode)]


def size(control, stream):
    return sum(map(len, frames(control, stream, DATA)))


def open_stream(control, ui, stream):
    send(control, stream, OPEN, b"ui")
    return ui.accept()[0]


def test_both_ways_and_half_close(control, ui):
    with open_stream(control, ui, 1) as page:
        send(control, 1, DATA, b"question")
        send(control, 1, END)
        assert page.recv(100) == b"question"
        assert page.recv(100) == b""
        page.sendall(b"answer")
        page.shutdown(socket.SHUT_WR)
        control.wait_for(lambda: frames(control, 1, END))
        assert b"".join(frames(control, 1, DATA)) == b"answer"
        assert frames(control, 1, CREDIT) == [struct.pack("!I", 8)]


def test_waits_for_credit(control, ui):
    with open_stream(control, ui, 2) as page, open_stream(control, ui, 3) as other:
        page.setblocking(False)
        sent = 0
        while size(control, 2) < WINDOW:
            try:
                sent += page.send(b"x" * 65536)
            except BlockingIOError:
                pass
        other.sendall(b"not held up")
        control.wait_for(lambda: size(control, 3))
        assert size(control, 2) == WINDOW
        send(control, 2, CREDIT, struct.pack("!I", 1000))
        control.wait_for(lambda: size(control, 2) == WINDOW + 1000)
        send(control, 2, RESET)
        send(control, 3, RESET)


def test_too_much_data_resets(control, ui):
    with open_stream(control, ui, 4) as page:
        page.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for _ in range(200):  # far more than the window and what sockets buffer
            send(control, 4, DATA, b"x" * 65536)
        control.wait_for(lambda: frames(control, 4, RESET))


def test_reset_of_the_ui(control, ui):
    page = open_stream(control, ui, 5)
    page.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    page.close()
    control.wait_for(lambda: frames(control, 5, RESET))


def test_unknown_targets_and_streams(control):
    send(control, 6, OPEN, b"elsewhere")
    control.wait_for(lambda: frames(control, 6, RESET))
    send(control, 99, DATA, b"lost")
    control.send_binary(b"\0")
    assert control.text("1") == "1"


def test_streams_end_with_the_connection(control, ui):
    with open_stream(control, ui, 7) as page:
        connections = len(control.hellos)
        control.drop()
        page.settimeout(20)
        assert page.recv(100) == b""
        control.wait_for(lambda: len(control.hellos) > connections)


def test_no_ui():
    with plain_driver() as driver:
        driver.control.ready()
        send(driver.control, 1, OPEN, b"ui")
        driver.control.wait_for(lambda: frames(driver.control, 1, RESET))
