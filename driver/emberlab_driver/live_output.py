"""What the running statement prints, shown while it runs: at most four frames a second, each with the last of it."""

import codecs
import queue
import threading
import time

from . import messages

# A frame's text, and what a new connection gets once more, in bytes of UTF-8.
WINDOW_BYTES = 64 * 1024
# Long pieces are decoded in parts of this size, so that memory stays small.
PART_BYTES = 256 * 1024
FRAME_SECONDS = 0.25


class LiveText:
    """The end of one statement's text, and where in the whole it lies. Positions are in characters (code points).

    Bytes of several sources come in any pieces; a character that one source has begun waits for its rest. Only C
    functions are called on the way in: an interrupt may be raised in Python code that is not the agent's own.
    """

    def __init__(self):
        self._rests = {}
        self._window = ""
        self._seen = 0
        self._taken = 0

    def append(self, source, data):
        """Adds bytes that `source` (any key) has printed."""
        rest = self._rests.get(source, b"")
        if not rest and data.isascii():  # what is out of the window need not be decoded
            self._extend(data[-WINDOW_BYTES:].decode("ascii"), len(data))
            return
        for start in range(0, len(data), PART_BYTES):
            part = rest + data[start : start + PART_BYTES]
            text, used = codecs.utf_8_decode(part, "replace", False)
            rest = part[used:]
            self._extend(text, len(text))
        self._rests[source] = rest

    def take(self):
        """`(from, text)` of what came since the last call, as far as it fits the window; None when nothing came."""
        new = self._seen - self._taken
        self._taken = self._seen
        return self._last(new) if new else None

    def again(self):
        """`(from, text)` of the last that was taken, as far as it fits the window; None when nothing was."""
        kept = len(self._window) - (self._seen - self._taken)
        if kept <= 0:
            return None
        text = _last_bytes(self._window[:kept])
        return self._taken - len(text), text

    def _last(self, count):
        text = _last_bytes(self._window[-count:])
        return self._seen - len(text), text

    def _extend(self, text, count):
        self._window = (self._window + text)[-WINDOW_BYTES:] if len(text) < WINDOW_BYTES else text[-WINDOW_BYTES:]
        self._seen += count


class LiveOutput:
    """The `output` frames of the session. `begin` and `end` enclose a statement. Whoever captures output calls `expect`
    when there is some, and `append` with it, at the latest when the function given to `start` is called. `post(frame)`
    sends a text frame."""

    def __init__(self, post, clock=time.monotonic):
        self._post = post
        self._clock = clock
        # Held while a frame is posted, so that none comes after its statement's result. The other lock is never held
        # then: the link asks for `greeting` with a lock of its own, which posting takes too.
        self._posting = threading.Lock()
        self._lock = threading.Lock()
        self._wanted = queue.SimpleQueue()
        self._expected = False
        self._statement_id = None
        self._began = 0.0
        self._text = LiveText()

    def start(self, flush):
        """Begins to publish; `flush()` makes capturers hand over what they hold."""
        threading.Thread(target=self._run, args=(flush,), name="emberlab-output", daemon=True).start()

    def begin(self, statement_id):
        """What is appended from now on belongs to this statement."""
        with self._lock:
            self._statement_id = statement_id
            self._began = self._clock()
            self._text = LiveText()

    def expect(self):
        """There is output of a statement, to be appended when it is asked for. Quick, and safe from any thread."""
        if not self._expected:
            self._expected = True
            self._wanted.put(None)

    def append(self, source, data):
        """Takes bytes that the statement has printed to `source`; without a statement they are dropped."""
        with self._lock:
            if self._statement_id is not None:
                self._text.append(source, data)

    def end(self):
        """The statement is over: no frame of it is posted from here on."""
        with self._posting, self._lock:
            self._statement_id = None
            self._text = LiveText()

    def greeting(self):
        """The frame that shows a new connection what the old one may have lost, or None."""
        with self._lock:
            return self._frame(self._text.again())

    def publish(self):
        """Posts what came since the last frame. Returns False when a statement is too young to show anything yet."""
        with self._posting:
            with self._lock:
                if self._statement_id is None:
                    return True
                if self._clock() - self._began < FRAME_SECONDS:
                    return False
                frame = self._frame(self._text.take())
            if frame is not None:
                self._post(frame)
        return True

    def _frame(self, part):
        if part is None or self._statement_id is None:
            return None
        return messages.encode("output", id=self._statement_id, **{"from": part[0]}, text=part[1])

    def _run(self, flush):
        while True:
            self._wanted.get()
            # One wait for both ends: frames keep their distance, and statements that end at once cost nothing.
            time.sleep(FRAME_SECONDS)
            self._expected = False
            flush()
            if not self.publish():
                self.expect()


def _last_bytes(text):
    """The end of `text` that is at most WINDOW_BYTES of UTF-8."""
    if len(text) * 4 <= WINDOW_BYTES:
        return text
    data = text.encode("utf-8")
    return text if len(data) <= WINDOW_BYTES else data[-WINDOW_BYTES:].decode("utf-8", "ignore")
