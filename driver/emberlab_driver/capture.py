"""Takes over standard input and output, so that what a statement and its child processes print becomes its output.

Python's own writes go straight into the statement's buffer. Descriptors 1 and 2 are pipes for everybody else; whoever
writes next empties them first, so that lines stay in the order in which they were printed.
"""

import ctypes
import fcntl
import io
import os
import select
import struct
import sys
import termios
import threading

from .log import log, use_descriptor, write_raw
from .output_buffer import OutputBuffer

PIPE_BYTES = 1024 * 1024
READ_BYTES = 256 * 1024
# Small writes are put together up to this size: a loop of many prints is faster so.
HELD_BYTES = 64 * 1024
F_SETPIPE_SZ = 1031  # Linux; named in fcntl only since Python 3.10


class Channel:
    """One captured descriptor. Between statements its bytes go to the agent's log. All channels have one `lock`, and
    the list `channels` with each of them, so that `live` (a LiveOutput) gets the output in order."""

    def __init__(self, descriptor, live, lock, channels):
        self._descriptor = descriptor
        self._live = live
        self._lock = lock
        self._channels = channels
        self._buffer = None
        self._held = []
        self._held_bytes = 0
        self._forked = False
        self._reader, writer = os.pipe()
        try:
            fcntl.fcntl(writer, F_SETPIPE_SZ, PIPE_BYTES)
        except OSError:
            pass  # a smaller pipe works too, only slower
        self.writer = writer
        self._attach()
        os.set_blocking(self._reader, False)
        self._poll = select.poll()
        self._poll.register(self._reader, select.POLLIN)
        os.register_at_fork(after_in_child=self._mark_forked)

    def write(self, data):
        """Takes bytes from Python code of this process, or passes them on when this is a forked child of it."""
        if self._forked:
            view = memoryview(data).cast("B")
            while view:
                view = view[os.write(self._descriptor, view) :]
            return
        with self._lock:
            for channel in self._channels:
                while channel._poll.poll(0):
                    if not channel._drain(READ_BYTES):
                        break
            self._put(data)

    def begin(self, limit):
        """Starts a statement that may keep `limit` bytes; what is still in the pipe belongs to no statement."""
        with self._lock:
            self._attach()
            self._drain_present()
            self._buffer = OutputBuffer(limit)

    def end(self):
        """Ends the statement and returns its OutputBuffer, with all that was written before this call."""
        with self._lock:
            self._drain_present()
            self._hand_over()
            buffer, self._buffer = self._buffer, None
            return buffer

    def flush(self):
        """Hands over what small writes have left here."""
        with self._lock:
            self._hand_over()

    def drain_forever(self):
        """Empties the pipe as children write, for as long as the process lives."""
        waiting = select.poll()  # its own: a poll object serves one thread at a time
        waiting.register(self._reader, select.POLLIN)
        while True:
            waiting.poll()
            with self._lock:
                self._drain(READ_BYTES)

    def _attach(self):
        # For every statement anew: code may have closed the descriptor or put another file in its place.
        os.dup2(self.writer, self._descriptor, inheritable=True)

    def _drain_present(self):
        # A child in the background may write on and on: only what is there now is taken.
        present = struct.unpack("i", fcntl.ioctl(self._reader, termios.FIONREAD, b"\0\0\0\0"))[0]
        while present > 0:
            taken = self._drain(min(present, READ_BYTES))
            if not taken:
                break
            present -= taken

    def _drain(self, count):
        try:
            data = os.read(self._reader, count)
        except BlockingIOError:
            return 0
        self._put(data)
        return len(data)

    def _put(self, data):
        if self._buffer is None:
            write_raw(data)
            return
        if not self._held:
            for channel in self._channels:
                channel._hand_over()
            self._live.expect()
        data = data if type(data) is bytes else bytes(data)  # the content of another object may change
        self._held.append(data)
        self._held_bytes += len(data)
        if self._held_bytes >= HELD_BYTES:
            self._hand_over()

    def _hand_over(self):
        if not self._held:
            return
        data = self._held[0] if len(self._held) == 1 else b"".join(self._held)
        self._held.clear()
        self._held_bytes = 0
        self._buffer.append(data)
        self._live.append(self._descriptor, data)

    def _mark_forked(self):
        self._forked = True


class CapturedBuffer(io.BufferedIOBase):
    """The `buffer` of sys.stdout or sys.stderr. Closing it does nothing: the session needs it again."""

    def __init__(self, channel, name, descriptor, after_write):
        self._channel = channel
        self._after_write = after_write
        self._descriptor = descriptor
        self.name = f"<{name}>"

    def writable(self):
        return True

    def fileno(self):
        return self._descriptor

    def write(self, data):
        size = memoryview(data).nbytes
        if size:
            self._channel.write(data)
            self._after_write()
        return size

    def close(self):
        pass


class Capture:
    """Standard streams of the process, taken over once by `install`. `after_write()` follows each write from Python and
    may raise; `live` is the LiveOutput that shows what a statement prints."""

    def __init__(self, after_write, live):
        self._after_write = after_write
        self._live = live
        self._channels = {}

    def install(self):
        """Takes over descriptors 0, 1 and 2 and Python's objects for them.

        Returns the former standard input: the JVM that started this process holds its other end.
        """
        former_input = os.dup(0)
        use_descriptor(os.dup(2))
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0, inheritable=True)
        os.close(null)
        lock, channels = threading.Lock(), []
        for name, descriptor in (("stdout", 1), ("stderr", 2)):
            channel = Channel(descriptor, self._live, lock, channels)
            channels.append(channel)
            self._channels[name] = channel
            threading.Thread(target=channel.drain_forever, name=f"emberlab-{name}", daemon=True).start()
        self._set_streams()
        return former_input

    def descriptors(self):
        """Descriptors that a process of another kind of code may have as its stdout and stderr."""
        return tuple(self._channels[name].writer for name in ("stdout", "stderr"))

    def begin(self, limit):
        """Starts a statement whose two streams may keep `limit` bytes each."""
        self._set_streams()
        for channel in self._channels.values():
            channel.begin(limit)

    def flush(self):
        """Hands all that has been captured to the LiveOutput."""
        for channel in self._channels.values():
            channel.flush()

    def write(self, text):
        """Adds text to the running statement's stdout, after what the pipe holds."""
        self._channels["stdout"].write(text.encode("utf-8", "replace"))

    def end(self):
        """Ends the statement; returns the OutputBuffers of stdout and stderr."""
        for stream in (sys.stdout, sys.stderr, *self._streams):
            try:
                stream.flush()
            except Exception as error:  # whatever the user has put in the stream's place
                log(f"a replaced standard stream cannot be flushed: {error!r}")
        _flush_c_stdout()
        return self._channels["stdout"].end(), self._channels["stderr"].end()

    def _set_streams(self):
        # For every statement anew: code may have closed, detached or replaced the last ones.
        sys.stdin = sys.__stdin__ = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), encoding="utf-8")
        sys.stdout = sys.__stdout__ = self._text_stream("stdout", 1)
        sys.stderr = sys.__stderr__ = self._text_stream("stderr", 2)
        self._streams = (sys.stdout, sys.stderr)

    def _text_stream(self, name, descriptor):
        buffer = CapturedBuffer(self._channels[name], name, descriptor, self._after_write)
        stream = io.TextIOWrapper(buffer, encoding="utf-8", errors="backslashreplace", line_buffering=True)
        stream.mode = "w"
        return stream


def _flush_c_stdout():
    """What C code printed into its own buffer belongs to the statement that called it."""
    try:
        library = ctypes.CDLL(None)
        library.fflush(ctypes.c_void_p.in_dll(library, "stdout"))
    except (OSError, ValueError, AttributeError):
        pass  # a platform that names it otherwise
