"""WebSocket frames (RFC 6455, client side): pure functions from and to bytes."""

import os
import struct

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
CONTROL_OPCODES = frozenset((CLOSE, PING, PONG))
DATA_OPCODES = frozenset((CONTINUATION, TEXT, BINARY))

# Bounds what a broken or hostile peer can make the agent hold; far above any cell's code.
MAX_MESSAGE_BYTES = 256 * 1024 * 1024


class ProtocolError(Exception):
    """The peer broke RFC 6455; the connection must be closed with status 1002 (1009 when a message is too big)."""

    def __init__(self, message, status=1002):
        super().__init__(message)
        self.status = status


def apply_mask(payload, key):
    """XORs `payload` with the repeated four-byte `key`. One operation on big integers: a loop over the bytes in Python
    would take about a hundred times as long."""
    size = len(payload)
    if not size:
        return b""
    repeated = (bytes(key) * (size // 4 + 1))[:size]
    mixed = int.from_bytes(payload, "little") ^ int.from_bytes(repeated, "little")
    return mixed.to_bytes(size, "little")


def encode_frame(opcode, payload, final=True, key=None):
    """One masked frame. `key` is for tests; by default it is random, as the RFC asks."""
    key = os.urandom(4) if key is None else key
    size = len(payload)
    first = (0x80 if final else 0) | opcode
    if size < 126:
        header = struct.pack("!BB", first, 0x80 | size)
    elif size < 1 << 16:
        header = struct.pack("!BBH", first, 0x80 | 126, size)
    else:
        header = struct.pack("!BBQ", first, 0x80 | 127, size)
    return header + key + apply_mask(payload, key)


def encode_close(status, reason=""):
    """The payload of a close frame; a reason too long for a control frame is cut."""
    return struct.pack("!H", status) + reason.encode("utf-8")[:120]


def decode_close(payload):
    """`(status, reason)` of a close frame; 1005 when it carries none."""
    if len(payload) < 2:
        return 1005, ""
    return struct.unpack("!H", payload[:2])[0], payload[2:].decode("utf-8", "replace")


def read_frame(read_exactly):
    """Reads one frame through `read_exactly(count) -> bytes`; returns `(final, opcode, payload)`.

    Raises ProtocolError for reserved bits and opcodes, masked frames, and control frames that are fragmented or long.
    """
    first, second = read_exactly(2)
    final, opcode, size = bool(first & 0x80), first & 0x0F, second & 0x7F
    if first & 0x70:
        raise ProtocolError("reserved bits are set although no extension was agreed")
    if second & 0x80:
        raise ProtocolError("a server must not mask its frames")
    if opcode in CONTROL_OPCODES:
        if not final or size > 125:
            raise ProtocolError("a control frame must be whole and short")
    elif opcode not in DATA_OPCODES:
        raise ProtocolError(f"unknown opcode {opcode}")
    if size == 126:
        (size,) = struct.unpack("!H", read_exactly(2))
    elif size == 127:
        (size,) = struct.unpack("!Q", read_exactly(8))
    if size > MAX_MESSAGE_BYTES:
        raise ProtocolError("the message is too big", status=1009)
    return final, opcode, read_exactly(size)


class MessageAssembler:
    """Joins the fragments of data messages; control frames may come between them."""

    def __init__(self):
        self._opcode = None
        self._parts = []
        self._size = 0

    def add(self, final, opcode, payload):
        """Takes a data frame; returns `(opcode, bytes)` when it completes a message, else None."""
        if (opcode == CONTINUATION) != (self._opcode is not None):
            raise ProtocolError("a fragment is out of place")
        self._size += len(payload)
        if self._size > MAX_MESSAGE_BYTES:
            raise ProtocolError("the message is too big", status=1009)
        if opcode != CONTINUATION:
            self._opcode = opcode
        self._parts.append(payload)
        if not final:
            return None
        message = self._opcode, b"".join(self._parts)
        self._opcode, self._parts, self._size = None, [], 0
        return message
