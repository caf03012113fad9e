"""Streams to the Spark UI inside the agent's own connection: `u32 stream id, u8 opcode, payload` in binary frames."""

import queue
import socket
import struct
import threading

from .link import LinkDown
from .log import log

OPEN, DATA, END, RESET, CREDIT = range(5)
WINDOW_BYTES = 1024 * 1024
CHUNK_BYTES = 64 * 1024
CONNECT_TIMEOUT = 5.0
_HEADER = struct.Struct("!IB")
_CREDIT = struct.Struct("!I")


class Tunnel:
    """All streams of the current connection. `ui_addresses()` gives where the UI listens, or None; `send(frame)` sends
    a binary frame and raises LinkDown."""

    def __init__(self, ui_addresses, send):
        self._ui_addresses = ui_addresses
        self._send = send
        self._lock = threading.Lock()
        self._streams = {}

    def handle(self, frame):
        """Takes one binary frame. Never blocks; frames for streams that are gone are dropped."""
        if len(frame) < _HEADER.size:
            return
        stream_id, opcode = _HEADER.unpack_from(frame)
        payload = frame[_HEADER.size :]
        with self._lock:
            stream = self._streams.get(stream_id)
            if opcode == OPEN and stream is None:
                stream = self._streams[stream_id] = Stream(stream_id, self._send, self._forget)
                stream.start(self._ui_addresses if payload == b"ui" else lambda: None)
                return
        if stream is not None:
            stream.handle(opcode, payload)

    def close_all(self):
        """Ends every stream: the connection that they belonged to is over."""
        with self._lock:
            streams, self._streams = list(self._streams.values()), {}
        for stream in streams:
            stream.abort()

    def _forget(self, stream):
        with self._lock:
            if self._streams.get(stream.id) is stream:
                del self._streams[stream.id]


class Stream:
    """One TCP connection to the UI: one thread for each direction, each held back by its window."""

    def __init__(self, stream_id, send, on_end):
        self.id = stream_id
        self._send = send
        self._on_end = on_end
        self._incoming = queue.SimpleQueue()
        self._uncredited = 0
        self._window = WINDOW_BYTES
        self._window_changed = threading.Condition()
        self._socket = None
        self._over = False

    def start(self, addresses):
        """Connects to the first of `addresses()` that answers and begins to pump; resets the stream if none does."""
        threading.Thread(
            target=self._pump_in, args=(addresses,), name=f"emberlab-tunnel-{self.id}", daemon=True
        ).start()

    def handle(self, opcode, payload):
        """Takes one frame of this stream."""
        if opcode == DATA:
            with self._window_changed:
                self._uncredited += len(payload)
                too_much = self._uncredited > WINDOW_BYTES
            if too_much:
                log(f"tunnel stream {self.id}: more data than was credited")
                self._reset()
            else:
                self._incoming.put(payload)
        elif opcode == END:
            self._incoming.put(None)
        elif opcode == RESET:
            self.abort()
        elif opcode == CREDIT and len(payload) == _CREDIT.size:
            with self._window_changed:
                self._window += _CREDIT.unpack(payload)[0]
                self._window_changed.notify_all()

    def abort(self):
        """Ends both directions at once, without telling the peer; returns False if that had happened before."""
        with self._window_changed:
            was_over, self._over = self._over, True
            self._window_changed.notify_all()
            if self._socket is not None:
                _shutdown(self._socket, socket.SHUT_RDWR)
        self._incoming.put(None)
        self._on_end(self)
        return not was_over

    def _reset(self):
        if self.abort():
            try:
                self._send_frame(RESET)
            except LinkDown:
                pass

    def _pump_in(self, addresses):
        """From the control plane to the UI; owns the socket."""
        connected = _connect(addresses() or ())
        if connected is None:
            self._reset()
            return
        with connected:
            with self._window_changed:
                self._socket = connected
                if self._over:
                    return
            outward = threading.Thread(target=self._pump_out, name=f"emberlab-tunnel-{self.id}-out", daemon=True)
            outward.start()
            try:
                while True:
                    data = self._incoming.get()
                    if data is None:
                        break
                    connected.sendall(data)
                    with self._window_changed:
                        self._uncredited -= len(data)
                    self._send_frame(CREDIT, _CREDIT.pack(len(data)))
                _shutdown(connected, socket.SHUT_WR)
            except (OSError, LinkDown):
                self._reset()
            outward.join()
        self._on_end(self)

    def _pump_out(self):
        """From the UI to the control plane."""
        try:
            while True:
                room = self._wait_for_window()
                data = self._socket.recv(min(room, CHUNK_BYTES)) if room else b""
                if self._over:
                    return
                if not data:
                    break
                with self._window_changed:
                    self._window -= len(data)
                self._send_frame(DATA, data)
            self._send_frame(END)
        except (OSError, LinkDown):
            self._reset()

    def _wait_for_window(self):
        with self._window_changed:
            self._window_changed.wait_for(lambda: self._window > 0 or self._over)
            return 0 if self._over else self._window

    def _send_frame(self, opcode, payload=b""):
        self._send(_HEADER.pack(self.id, opcode) + payload)


def _connect(addresses):
    for address in addresses:
        try:
            connected = socket.create_connection(address, timeout=CONNECT_TIMEOUT)
            connected.settimeout(None)
            return connected
        except OSError:
            continue
    return None


def _shutdown(connected, how):
    try:
        connected.shutdown(how)
    except OSError:
        pass
