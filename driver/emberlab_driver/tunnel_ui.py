"""A stream of the tunnel that leads to the Spark UI."""

import queue
import socket
import threading

from .link import LinkDown
from .tunnel_stream import Stream

CONNECT_TIMEOUT = 5.0


class UiStream(Stream):
    """One TCP connection: one thread for each direction, each held back by its window. It goes to the first of
    `addresses()` that answers, and is reset if none does."""

    def __init__(self, stream_id, send, on_end, addresses):
        super().__init__(stream_id, send, on_end)
        self._addresses = addresses
        self._incoming = queue.SimpleQueue()
        self._socket = None

    def start(self):
        """Connects and begins to pump."""
        threading.Thread(target=self._pump_in, name=f"emberlab-tunnel-{self.id}", daemon=True).start()

    def _take(self, data):
        self._incoming.put(data)

    def _disconnect(self):
        if self._socket is not None:
            _shutdown(self._socket, socket.SHUT_RDWR)

    def _pump_in(self):
        """From the control plane to the UI; owns the socket."""
        connected = _connect(self._addresses() or ())
        if connected is None:
            self.reset()
            return
        with connected:
            with self._changed:
                self._socket = connected
                if self._over:
                    return
            outward = threading.Thread(
                target=self._pump_out, args=(connected.recv,), name=f"emberlab-tunnel-{self.id}-out", daemon=True
            )
            outward.start()
            try:
                while True:
                    data = self._incoming.get()
                    if data is None:
                        break
                    connected.sendall(data)
                    self._credit(len(data))
                _shutdown(connected, socket.SHUT_WR)
            except (OSError, LinkDown):
                self.reset()
            outward.join()
        self._on_end(self)


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
