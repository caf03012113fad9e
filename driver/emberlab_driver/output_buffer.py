"""Text of bounded size: the beginning and the end are kept, and a mark between them says how much is missing."""


class OutputBuffer:
    """Collects bytes of UTF-8 text. Memory stays within about twice `limit` bytes however much is appended.

    Not safe for use by several threads at once.
    """

    def __init__(self, limit):
        self._limit = limit
        self._head = bytearray()
        self._tail = bytearray()
        self._total = 0

    def append(self, data):
        """Adds a bytes-like object."""
        self._total += len(data)
        room = self._limit - len(self._head)
        if room > 0:
            self._head += data[:room]
            data = data[room:]
        if data:
            keep = _tail_share(self._limit)
            self._tail += data[-keep:] if len(data) > keep else data
            if len(self._tail) > 2 * keep:
                # Trimmed at double size only, so that the copying stays proportional to what is written.
                del self._tail[:-keep]

    def text(self, limit=None):
        """What was collected, cut to about `limit` bytes (at most the buffer's own); invalid UTF-8 is replaced."""
        limit = self._limit if limit is None else min(limit, self._limit)
        if self._total <= limit:
            return bytes(self._head).decode("utf-8", "replace")
        keep = _tail_share(limit)
        head = self._head[: limit - keep]
        tail = (self._tail if len(self._tail) >= keep else self._head + self._tail)[-keep:]
        return _join_cut(head, tail, self._total)

    def size(self):
        """How many bytes were appended in all."""
        return self._total


def cut_text(text, limit):
    """`text` with at most about `limit` bytes of UTF-8, cut like an OutputBuffer's."""
    if len(text) * 4 <= limit:
        return text
    data = text.encode("utf-8", "replace")
    if len(data) <= limit:
        return text
    keep = _tail_share(limit)
    return _join_cut(data[: limit - keep], data[-keep:], len(data))


def _tail_share(limit):
    return max(1, limit // 4)


def _join_cut(head, tail, total):
    head, tail = _drop_partial_end(bytes(head)), _drop_partial_start(bytes(tail))
    missing = total - len(head) - len(tail)
    mark = f"\n[... {missing:,} of {total:,} bytes of output are cut here ...]\n"
    return head.decode("utf-8", "replace") + mark + tail.decode("utf-8", "replace")


def _drop_partial_end(data):
    """Without the first bytes of a character whose rest was cut off."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte & 0xC0 != 0x80:  # the first byte of a character
            width = 1 if byte < 0x80 else 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return data[:-back] if width > back else data
    return data


def _drop_partial_start(data):
    """Without the last bytes of a character whose beginning was cut off."""
    start = 0
    while start < min(3, len(data)) and data[start] & 0xC0 == 0x80:
        start += 1
    return data[start:]
