"""A byte stream to the control plane: Unix socket, TCP or TLS, with time limits and safe use by two threads."""

import select
import socket
import ssl
import threading
import time
from urllib.parse import urlsplit

CONNECT_TIMEOUT = 10.0
READ_SIZE = 256 * 1024
WRITE_SIZE = 64 * 1024


class Endpoint:
    """Where the control plane listens, from `unix:/path.sock`, `ws://host:port/base` or `wss://…`.

    `host` is for the Host header; `base` is the path before `/agent/v1/connect`. Raises ValueError for other URLs.
    """

    def __init__(self, url):
        self.path = None
        self.secure = False
        self.base = ""
        if url.startswith("unix:"):
            self.path = url[len("unix:") :]
            self.host = "localhost"
            return
        parts = urlsplit(url)
        if parts.scheme not in ("ws", "wss") or not parts.hostname:
            raise ValueError("agentUrl must be unix:/path, ws://… or wss://…")
        self.secure = parts.scheme == "wss"
        self.address = (parts.hostname, parts.port or (443 if self.secure else 80))
        self.host = parts.netloc.rpartition("@")[2]
        self.base = parts.path.rstrip("/")

    def dial(self):
        """Opens a Transport; raises OSError (TLS failures included)."""
        if self.path is not None:
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                sock.settimeout(CONNECT_TIMEOUT)
                sock.connect(self.path)
            except BaseException:
                sock.close()
                raise
            return Transport(sock)
        sock = socket.create_connection(self.address, timeout=CONNECT_TIMEOUT)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.secure:
                sock = ssl.create_default_context().wrap_socket(sock, server_hostname=self.address[0])
        except BaseException:
            sock.close()
            raise
        return Transport(sock)


class Transport:
    """One thread may read while others write. The socket is non-blocking and one lock covers each call into it, because
    OpenSSL allows no two at once; waiting happens outside the lock."""

    def __init__(self, sock):
        sock.setblocking(False)
        self._socket = sock
        self._lock = threading.Lock()
        self._closed = False

    def read(self, timeout):
        """Up to READ_SIZE bytes, b"" at the end; raises TimeoutError after `timeout` seconds of silence."""
        return self._retry(lambda: self._socket.recv(READ_SIZE), select.POLLIN, timeout)

    def write(self, data, timeout):
        """Writes all of `data`; raises TimeoutError when the peer takes nothing for `timeout` seconds."""
        view = memoryview(data)
        while view:
            chunk = view[:WRITE_SIZE]
            view = view[self._retry(lambda: self._socket.send(chunk), select.POLLOUT, timeout) :]  # noqa: B023

    def abort(self):
        """Ends the stream at once and wakes whoever waits in it; safe from any thread, any number of times."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def close(self):
        """Frees the descriptor. A writer that comes later gets OSError."""
        self.abort()
        with self._lock:
            self._closed = True
            self._socket.close()

    def _retry(self, operation, events, timeout):
        deadline = time.monotonic() + timeout
        while True:
            with self._lock:
                if self._closed:
                    raise OSError("the connection is closed")
                descriptor = self._socket.fileno()
                try:
                    return operation()
                except BlockingIOError:
                    wanted = events
                except ssl.SSLWantReadError:
                    wanted = select.POLLIN
                except ssl.SSLWantWriteError:
                    wanted = select.POLLOUT
            # poll, not select: users may hold more than 1,024 files open.
            poller = select.poll()
            poller.register(descriptor, wanted)
            if not poller.poll(max(0.0, deadline - time.monotonic()) * 1000):
                raise TimeoutError("the peer is silent")
