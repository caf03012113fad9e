"""One WebSocket connection to the control plane: handshake, whole messages in both directions, orderly close."""

import base64
import hashlib
import os
import threading

from . import frames

PATH = "/agent/v1/connect"
SUBPROTOCOL = "emberlab-agent.1"
# The control plane pings every 10 s, so this much silence means that the connection is dead.
SILENCE_SECONDS = 30.0
HANDSHAKE_SECONDS = 10.0
# Large messages go out in fragments of this size, so that a pong never waits behind megabytes.
FRAGMENT_BYTES = 256 * 1024
MAX_HEADER_BYTES = 64 * 1024
ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class HandshakeRefused(Exception):
    """The control plane answered with an HTTP status other than 101."""

    def __init__(self, status):
        super().__init__(f"the control plane answered {status}")
        self.status = status


class ConnectionEnded(Exception):
    """The connection is over, by a close frame or without one."""


class Connection:
    """Open WebSocket. `receive` belongs to one thread; sending is safe from any."""

    def __init__(self, transport):
        self._transport = transport
        self._buffer = bytearray()
        self._assembler = frames.MessageAssembler()
        self._frame_lock = threading.Lock()
        self._message_lock = threading.Lock()
        self._close_sent = False

    @classmethod
    def open(cls, endpoint, secret):
        """Dials and shakes hands. Raises OSError, HandshakeRefused or frames.ProtocolError."""
        connection = cls(endpoint.dial())
        try:
            connection._shake_hands(endpoint, secret)
        except BaseException:
            connection.close()
            raise
        return connection

    def send_text(self, data):
        """Sends UTF-8 bytes as one text message; raises OSError when the connection fails."""
        self._send_message(frames.TEXT, data)

    def send_binary(self, data):
        """Sends one binary message; raises OSError when the connection fails."""
        self._send_message(frames.BINARY, data)

    def send_close(self, status=1000, reason=""):
        """Starts the closing handshake; `receive` then ends when the peer has answered."""
        self._close_sent = True
        self._send_frame(frames.CLOSE, frames.encode_close(status, reason))

    def receive(self):
        """The next data message as `(opcode, bytes)`, pings answered on the way.

        Raises ConnectionEnded, frames.ProtocolError, or OSError (TimeoutError after SILENCE_SECONDS).
        """
        while True:
            final, opcode, payload = frames.read_frame(self._read_exactly)
            if opcode == frames.PING:
                self._send_frame(frames.PONG, payload)
            elif opcode == frames.CLOSE:
                status, reason = frames.decode_close(payload)
                if not self._close_sent:
                    self.send_close(1000 if status == 1005 else status)
                raise ConnectionEnded(f"closed with {status} {reason}".rstrip())
            elif opcode in frames.DATA_OPCODES:
                message = self._assembler.add(final, opcode, payload)
                if message is not None:
                    return message

    def abort(self):
        """Ends the connection at once and wakes `receive`."""
        self._transport.abort()

    def close(self):
        """Frees the descriptor; for the thread that receives."""
        self._transport.close()

    def _send_message(self, opcode, data):
        view = memoryview(data)
        with self._message_lock:
            while len(view) > FRAGMENT_BYTES:
                self._send_frame(opcode, view[:FRAGMENT_BYTES], final=False)
                view = view[FRAGMENT_BYTES:]
                opcode = frames.CONTINUATION
            self._send_frame(opcode, view)

    def _send_frame(self, opcode, payload, final=True):
        frame = frames.encode_frame(opcode, payload, final)
        with self._frame_lock:
            self._transport.write(frame, SILENCE_SECONDS)

    def _read_exactly(self, count):
        while len(self._buffer) < count:
            data = self._transport.read(SILENCE_SECONDS)
            if not data:
                raise ConnectionEnded("the stream ended without a close frame")
            self._buffer += data
        taken = bytes(memoryview(self._buffer)[:count])
        del self._buffer[:count]
        return taken

    def _shake_hands(self, endpoint, secret):
        key = base64.b64encode(os.urandom(16)).decode("ascii")
        lines = [
            f"GET {endpoint.base}{PATH} HTTP/1.1",
            f"Host: {endpoint.host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Protocol: {SUBPROTOCOL}",
            f"Authorization: Bearer {secret}",
        ]
        self._transport.write(("\r\n".join(lines) + "\r\n\r\n").encode("ascii"), HANDSHAKE_SECONDS)
        status, headers = self._read_response_head()
        if status != 101:
            raise HandshakeRefused(status)
        expected = base64.b64encode(hashlib.sha1((key + ACCEPT_GUID).encode("ascii")).digest()).decode("ascii")
        if headers.get("sec-websocket-accept") != expected:
            raise frames.ProtocolError("the handshake answer does not belong to the request")
        if headers.get("sec-websocket-protocol") != SUBPROTOCOL:
            raise frames.ProtocolError("the control plane does not speak this version of the agent protocol")

    def _read_response_head(self):
        while b"\r\n\r\n" not in self._buffer:
            data = self._transport.read(HANDSHAKE_SECONDS)
            if not data:
                raise OSError("the stream ended during the handshake")
            self._buffer += data
            if len(self._buffer) > MAX_HEADER_BYTES:
                raise frames.ProtocolError("the handshake answer is too long")
        head, _, rest = bytes(self._buffer).partition(b"\r\n\r\n")
        self._buffer = bytearray(rest)
        first, *lines = head.decode("latin-1").split("\r\n")
        parts = first.split(" ", 2)
        if len(parts) < 2 or not parts[0].startswith("HTTP/1.") or not parts[1].isdigit():
            raise frames.ProtocolError("the handshake answer is not HTTP")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        return int(parts[1]), headers
