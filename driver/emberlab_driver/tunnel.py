"""Streams inside the agent's own connection: `u32 stream id, u8 opcode, payload` in binary frames."""

import re
import threading

from .tunnel_file import FileStream
from .tunnel_stream import HEADER, OPEN
from .tunnel_ui import UiStream

_ARROW = re.compile(rb"arrow/(\d{1,18})")


class Tunnel:
    """All streams of the current connection. `ui_addresses()` gives where the UI listens, or None; `open_arrow(id)`
    opens the rows of a statement and raises OSError; `send(frame)` sends a binary frame and raises LinkDown."""

    def __init__(self, ui_addresses, open_arrow, send):
        self._ui_addresses = ui_addresses
        self._open_arrow = open_arrow
        self._send = send
        self._lock = threading.Lock()
        self._streams = {}

    def handle(self, frame):
        """Takes one binary frame. Never blocks; frames for streams that are gone are dropped."""
        if len(frame) < HEADER.size:
            return
        stream_id, opcode = HEADER.unpack_from(frame)
        payload = frame[HEADER.size :]
        with self._lock:
            stream = self._streams.get(stream_id)
            if opcode == OPEN and stream is None:
                stream = self._streams[stream_id] = self._make_stream(stream_id, payload)
                stream.start()
                return
        if stream is not None:
            stream.handle(opcode, payload)

    def close_all(self):
        """Ends every stream: the connection that they belonged to is over."""
        with self._lock:
            streams, self._streams = list(self._streams.values()), {}
        for stream in streams:
            stream.abort()

    def _make_stream(self, stream_id, target):
        arrow = _ARROW.fullmatch(target)
        if arrow:
            statement_id = int(arrow.group(1))
            return FileStream(stream_id, self._send, self._forget, lambda: self._open_arrow(statement_id))
        addresses = self._ui_addresses if target == b"ui" else lambda: None
        return UiStream(stream_id, self._send, self._forget, addresses)

    def _forget(self, stream):
        with self._lock:
            if self._streams.get(stream.id) is stream:
                del self._streams[stream.id]
