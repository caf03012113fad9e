"""One stream of the tunnel: frames, and the windows that hold both sides back."""

import struct
import threading

from .link import LinkDown
from .log import log

OPEN, DATA, END, RESET, CREDIT = range(5)
WINDOW_BYTES = 1024 * 1024
CHUNK_BYTES = 64 * 1024
HEADER = struct.Struct("!IB")
_CREDIT = struct.Struct("!I")


class Stream:
    """What streams have in common. `send(frame)` sends a binary frame and raises LinkDown; `on_end(stream)` is called
    when the stream is gone, possibly more than once."""

    def __init__(self, stream_id, send, on_end):
        self.id = stream_id
        self._send = send
        self._on_end = on_end
        self._uncredited = 0
        self._window = WINDOW_BYTES
        self._changed = threading.Condition()
        self._over = False

    def handle(self, opcode, payload):
        """Takes one frame of this stream."""
        if opcode == DATA:
            with self._changed:
                self._uncredited += len(payload)
                too_much = self._uncredited > WINDOW_BYTES
            if too_much:
                log(f"tunnel stream {self.id}: more data than was credited")
                self.reset()
            else:
                self._take(payload)
        elif opcode == END:
            self._take(None)
        elif opcode == RESET:
            self.abort()
        elif opcode == CREDIT and len(payload) == _CREDIT.size:
            with self._changed:
                self._window += _CREDIT.unpack(payload)[0]
                self._changed.notify_all()

    def abort(self):
        """Ends both directions at once, without telling the peer; returns False if that had happened before."""
        with self._changed:
            was_over, self._over = self._over, True
            self._changed.notify_all()
            self._disconnect()
        self._take(None)
        self._on_end(self)
        return not was_over

    def reset(self):
        """Ends both directions and tells the peer."""
        if self.abort():
            try:
                self._send_frame(RESET)
            except LinkDown:
                pass

    def _take(self, data):
        """Takes data from the peer, or None at their end. Must not block."""

    def _disconnect(self):
        """Wakes whoever waits at the other side of the stream."""

    def _credit(self, count):
        with self._changed:
            self._uncredited -= count
        self._send_frame(CREDIT, _CREDIT.pack(count))

    def _pump_out(self, read):
        """Sends what `read(count)` gives, up to b"", as the peer makes room for it; then ends this direction."""
        try:
            while True:
                room = self._wait_for_window()
                data = read(min(room, CHUNK_BYTES)) if room else b""
                if self._over:
                    return
                if not data:
                    break
                with self._changed:
                    self._window -= len(data)
                self._send_frame(DATA, data)
            self._send_frame(END)
        except (OSError, LinkDown):
            self.reset()

    def _wait_for_window(self):
        with self._changed:
            self._changed.wait_for(lambda: self._window > 0 or self._over)
            return 0 if self._over else self._window

    def _send_frame(self, opcode, payload=b""):
        self._send(HEADER.pack(self.id, opcode) + payload)
