"""Frames to and from the R process: a count of fields, then each as its length and its bytes. Numbers are u32,
big-endian.

The descriptors are not those of standard input and output, so what the code of a statement prints cannot break a frame.
"""

import os
import select
import struct
import threading
import time

READ_BYTES = 256 * 1024


class Ended(Exception):
    """R has ended."""


class NoReply(Exception):
    """R has not replied in time; it may do so later."""


class Channel:
    """This side's ends of the two pipes. One exchange at a time; `ended()` may be called by any thread."""

    def __init__(self):
        requests, self._writer = os.pipe()
        self._reader, replies = os.pipe()
        self.far_ends = (requests, replies)
        self._ended, self._end = os.pipe()
        for descriptor in (self._writer, self._reader, self._end):
            os.set_blocking(descriptor, False)
        self._received = bytearray()
        self._number = 0
        self._open = True
        self._close_lock = threading.Lock()

    def close_far_ends(self):
        """Once R has been started with them."""
        for descriptor in self.far_ends:
            os.close(descriptor)

    def ended(self):
        """Wakes the exchange: a child of R may hold the pipes open after R itself has gone."""
        with self._close_lock:
            if self._open:
                os.write(self._end, b"e")

    def close(self):
        """R ends when it sees this."""
        with self._close_lock:
            if not self._open:
                return
            self._open = False
            for descriptor in (self._writer, self._reader, self._ended, self._end):
                os.close(descriptor)

    def exchange(self, *fields, timeout=None):
        """Sends texts and returns the reply's fields as bytes. Raises Ended or NoReply; replies to requests that were
        given up are dropped."""
        deadline = None if timeout is None else time.monotonic() + timeout
        self._number += 1
        number = str(self._number).encode()
        data = [number, *(field.encode("utf-8", "replace") for field in fields)]
        frame = struct.pack("!I", len(data)) + b"".join(struct.pack("!I", len(item)) + item for item in data)
        self._send(memoryview(frame))
        while True:
            reply = self._receive(deadline)
            if reply[0] == number:
                return reply[1:]

    def _send(self, view):
        while view:
            self._wait(self._writer, select.POLLOUT)
            try:
                view = view[os.write(self._writer, view) :]
            except BlockingIOError:
                continue
            except OSError:
                raise Ended from None

    def _receive(self, deadline):
        while True:
            fields, size = _parse(self._received)
            if fields is not None:
                del self._received[:size]
                return fields
            self._wait(self._reader, select.POLLIN, deadline)
            try:
                data = os.read(self._reader, READ_BYTES)
            except BlockingIOError:
                continue
            if not data:
                raise Ended
            self._received += data

    def _wait(self, descriptor, event, deadline=None):
        poll = select.poll()
        poll.register(descriptor, event)
        poll.register(self._ended, select.POLLIN)
        left = None if deadline is None else max(0, deadline - time.monotonic()) * 1000
        ready = [number for number, _ in poll.poll(left)]
        # What R has written before its end comes first.
        if descriptor not in ready:
            raise Ended if ready else NoReply


def _parse(data):
    """The fields of the first frame in `data` and its size, or `(None, 0)` while it is incomplete."""
    if len(data) < 4:
        return None, 0
    fields, position = [], 4
    for _ in range(struct.unpack_from("!I", data)[0]):
        if len(data) < position + 4:
            return None, 0
        size = struct.unpack_from("!I", data, position)[0]
        position += 4
        if len(data) < position + size:
            return None, 0
        fields.append(bytes(data[position : position + size]))
        position += size
    return fields, position
