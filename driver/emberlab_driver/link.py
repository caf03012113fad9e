"""The agent's standing connection to the control plane: dials, redials, and sends what is posted."""

import queue
import threading
import time

from . import connection, frames
from .backoff import Backoff
from .log import log

# Statuses that end the agent for good: the session is gone (401) or was stopped (410).
FINAL_STATUSES = frozenset((401, 410))
_CLOSE = object()


class LinkDown(Exception):
    """There is no connection to send on."""


class Link:
    """Keeps one connection open until `close`.

    `greeting()` returns the frames that open every connection, `on_text(bytes)` and `on_binary(bytes)` take what
    arrives, `on_down()` follows the end of each connection, `on_refused(status)` a final refusal, and
    `on_unreachable(seconds)` each failed attempt with the time since the last contact.
    """

    def __init__(self, endpoint, secret, *, greeting, on_text, on_binary, on_down, on_refused, on_unreachable):
        self._endpoint = endpoint
        self._secret = secret
        self._greeting = greeting
        self._on_text = on_text
        self._on_binary = on_binary
        self._on_down = on_down
        self._on_refused = on_refused
        self._on_unreachable = on_unreachable
        self._lock = threading.Lock()
        self._outbox = None
        self._connection = None
        self._closing = threading.Event()
        self._connected = threading.Event()
        self._thread = threading.Thread(target=self._run, name="emberlab-link", daemon=True)

    def start(self):
        """Begins to dial."""
        self._thread.start()

    def post(self, frame):
        """Queues a text frame for the current connection; without one it is dropped, since `greeting` brings a new
        connection up to date. Never blocks."""
        with self._lock:
            if self._outbox is not None:
                self._outbox.put(frame)

    def answerer(self):
        """A function like `post`, for the present connection only: what it sends later on another is dropped."""
        with self._lock:
            asked = self._outbox

        def post(frame):
            with self._lock:
                if asked is not None and asked is self._outbox:
                    asked.put(frame)

        return post

    def send_binary(self, frame):
        """Sends a binary frame, waiting while the network is slow. Raises LinkDown."""
        current = self._connection
        if current is None:
            raise LinkDown
        try:
            current.send_binary(frame)
        except OSError as error:
            current.abort()
            raise LinkDown from error

    def wait_connected(self, timeout):
        """Whether a connection is there within `timeout` seconds."""
        return self._connected.wait(timeout)

    def close(self, timeout):
        """Sends what is queued, closes in order and stops dialling; gives up after `timeout` seconds."""
        self._closing.set()
        with self._lock:
            if self._outbox is not None:
                self._outbox.put(_CLOSE)
        self._thread.join(timeout)

    def _run(self):
        backoff = Backoff()
        last_contact = time.monotonic()
        while not self._closing.wait(backoff.next_delay()):
            try:
                current = connection.Connection.open(self._endpoint, self._secret)
            except connection.HandshakeRefused as refusal:
                if refusal.status in FINAL_STATUSES:
                    self._on_refused(refusal.status)
                    return
                self._on_unreachable(time.monotonic() - last_contact)
            except (OSError, frames.ProtocolError):
                self._on_unreachable(time.monotonic() - last_contact)
            else:
                self._serve(current, backoff)
                last_contact = time.monotonic()

    def _serve(self, current, backoff):
        outbox = queue.SimpleQueue()
        writer = threading.Thread(target=self._write, args=(current, outbox), name="emberlab-writer", daemon=True)
        with self._lock:
            for frame in self._greeting():
                outbox.put(frame)
            if self._closing.is_set():
                outbox.put(_CLOSE)
            self._outbox = outbox
            self._connection = current
        writer.start()
        self._connected.set()
        log("connected to the control plane")
        try:
            while True:
                opcode, payload = current.receive()
                backoff.reset()
                self._on_text(payload) if opcode == frames.TEXT else self._on_binary(payload)
        except frames.ProtocolError as error:
            log(f"the control plane broke the protocol: {error}")
            self._try_close(current, error.status)
        except (OSError, connection.ConnectionEnded) as error:
            log(f"connection lost: {error}")
        finally:
            self._connected.clear()
            with self._lock:
                self._outbox = self._connection = None
            outbox.put(None)
            current.close()
            self._on_down()

    def _write(self, current, outbox):
        while True:
            frame = outbox.get()
            try:
                if frame is None:
                    return
                if frame is _CLOSE:
                    current.send_close()
                    return
                current.send_text(frame)
            except OSError:
                current.abort()
                return

    def _try_close(self, current, status):
        try:
            current.send_close(status)
        except OSError:
            pass
