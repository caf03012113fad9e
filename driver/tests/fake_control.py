"""A control plane for tests: a real WebSocket server (the `websockets` package) that records what an agent sends."""

import contextlib
import json
import struct
import threading
import time
from http import HTTPStatus

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve, unix_serve

WAIT_SECONDS = 90


class FakeControl:
    """Accepts agents on a Unix socket, or on TCP with `path=None`. Acknowledges results unless `auto_ack` is off."""

    def __init__(self, path=None, secret="s3cret", ssl=None):
        self.secret = secret
        self.refuse_with = None
        self.auto_ack = True
        self.requests = []
        self.hellos = []
        self.messages = []
        self.binary = []
        self.errors = []
        self._changed = threading.Condition()
        self._connection = None
        self._next_id = 0
        self._asked = 0
        self._streams = 1 << 16  # above those that tests choose themselves
        options = {"process_request": self._authorise, "subprotocols": ["emberlab-agent.1"], "ssl": ssl}
        options |= {"max_size": None, "compression": None, "ping_interval": None}
        if path is not None:
            self._server = unix_serve(self._serve, str(path), **options)
            self.url = f"unix:{path}"
        else:
            self._server = serve(self._serve, "localhost", 0, **options)
            port = self._server.socket.getsockname()[1]
            self.url = f"{'ws' if ssl is None else 'wss'}://localhost:{port}/base"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self.drop()
        self._server.shutdown()

    def drop(self):
        """Cuts the connection as a network would, without a close frame."""
        connection = self._connection
        if connection is not None:
            with contextlib.suppress(OSError):  # the agent may just have ended it
                connection.socket.shutdown(2)

    def send(self, message_type, /, **fields):
        self._connection.send(json.dumps({"type": message_type, **fields}))

    def send_binary(self, frame):
        self._connection.send(frame)

    def ping(self):
        """An Event-like object that is set when the pong has come."""
        return self._connection.ping()

    def submit(self, code, kind="pyspark"):
        """Sends a statement and returns its id."""
        with self._changed:
            statement_id = self._next_id
            self._next_id += 1
        self.send("run", id=statement_id, code=code, kind=kind)
        return statement_id

    def run(self, code, kind="pyspark", timeout=WAIT_SECONDS):
        """The `result` message of a statement."""
        return self.result(self.submit(code, kind), timeout)

    def ask(self, what, **fields):
        """The `answer` message to a question."""
        with self._changed:
            self._asked += 1
            request = self._asked
        self.send("ask", request=request, what=what, **fields)
        return self.message("answer", request=request)

    def fetch(self, target):
        """The bytes that the tunnel gives for a target, or None when it resets the stream."""
        with self._changed:
            self._streams += 1
            stream = self._streams
        self.send_binary(struct.pack("!IB", stream, 0) + target.encode())
        whole, seen = bytearray(), 0

        def find():
            nonlocal seen
            opcode = None
            for number, opcode, payload in self.binary[seen:]:
                seen += 1
                if number == stream and opcode == 1:
                    whole.extend(payload)
                    self.send_binary(struct.pack("!IBI", stream, 4, len(payload)))
                elif number == stream and opcode in (2, 3):
                    return opcode
            return None

        return bytes(whole) if self.wait_for(find) == 2 else None

    def output(self, code, kind="pyspark"):
        return self.run(code, kind)["output"]

    def text(self, code, kind="pyspark"):
        """text/plain of a statement that must succeed."""
        output = self.output(code, kind)
        assert output["status"] == "ok", output
        return output["data"]["text/plain"]

    def result(self, statement_id, timeout=WAIT_SECONDS):
        return self.message("result", timeout, id=statement_id)

    def ready(self, timeout=WAIT_SECONDS):
        """The application, from `ready` or from a `hello` that came after it."""

        def find():
            return next((m["application"] for m in self.messages if m.get("application")), None)

        return self.wait_for(find, timeout)

    def started(self, statement_id):
        return self.message("started", id=statement_id)

    def message(self, kind, timeout=WAIT_SECONDS, **fields):
        """The first message of this type with these fields, once it is there."""
        return self.wait_for(lambda: next(iter(self.all(kind, **fields)), None), timeout)

    def all(self, kind, **fields):
        return [m for m in self.messages if m["type"] == kind and fields.items() <= m.items()]

    def wait_for(self, condition, timeout=WAIT_SECONDS):
        """The first true value of `condition()`, asked after each thing that an agent sends."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                value = condition()
                if value:
                    return value
                assert self._changed.wait(deadline - time.monotonic()), "the agent did not do it in time"

    def _authorise(self, connection, request):
        self.requests.append(request)
        if self.refuse_with is not None:
            return connection.respond(HTTPStatus(self.refuse_with), "")
        if request.headers.get("Authorization") != f"Bearer {self.secret}":
            return connection.respond(HTTPStatus.UNAUTHORIZED, "")
        return None

    def _serve(self, connection):
        try:
            for frame in connection:
                self._take(connection, frame)
        except ConnectionClosed as closed:
            self.errors.append(closed)
        with self._changed:
            if self._connection is connection:
                self._connection = None
            self._changed.notify_all()

    def _take(self, connection, frame):
        with self._changed:
            if isinstance(frame, bytes):
                self.binary.append((*struct.unpack("!IB", frame[:5]), frame[5:]))
            else:
                message = json.loads(frame, parse_constant=_refuse_constant)
                if message["type"] == "hello":
                    self._connection = connection
                    self.hellos.append(message)
                if message["type"] == "result" and self.auto_ack:
                    with contextlib.suppress(ConnectionClosed):  # the agent may be on its way out
                        connection.send(json.dumps({"type": "ack", "id": message["id"]}))
                self.messages.append(message)
            self._changed.notify_all()


def _refuse_constant(name):
    raise AssertionError(f"{name} is not JSON")
