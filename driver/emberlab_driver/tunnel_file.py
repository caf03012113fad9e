"""A stream of the tunnel that is answered by a file."""

import threading

from .tunnel_stream import Stream


class FileStream(Stream):
    """Sends the whole file that `open_file()` opens, for binary reading, and ends; is reset where that raises OSError.
    What the peer sends is read by nobody."""

    def __init__(self, stream_id, send, on_end, open_file):
        super().__init__(stream_id, send, on_end)
        self._open_file = open_file

    def start(self):
        """Begins to send."""
        threading.Thread(target=self._run, name=f"emberlab-tunnel-{self.id}", daemon=True).start()

    def _run(self):
        try:
            file = self._open_file()
        except OSError:
            self.reset()
            return
        with file:
            self._pump_out(file.read)
        self._on_end(self)
