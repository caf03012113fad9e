"""The text frames that the agent sends, as strict JSON in UTF-8 bytes."""

import json
import time

PROTOCOL_VERSION = 1


def now():
    """Milliseconds since the epoch."""
    return int(time.time() * 1000)


def encode(kind, **fields):
    """One frame. Raises ValueError or TypeError for values that JSON has not, NaN among them."""
    text = json.dumps({"type": kind, **fields}, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")  # a lone surrogate, which Python strings may hold, becomes "?"


def ok_output(number, data):
    """The output of a statement that succeeded; `data` maps MIME types to values."""
    return {"status": "ok", "execution_count": number, "data": data}


def error_output(number, failure):
    """The output of a statement that failed, from an `interpreter.Failure`."""
    return {
        "status": "error",
        "execution_count": number,
        "ename": failure.ename,
        "evalue": failure.evalue,
        "traceback": failure.traceback,
    }


def shorten_bytes(size):
    """A number of bytes for people: "999 bytes", "1.5 KiB"."""
    if size < 1024:
        return f"{size} bytes"
    value, units = size / 1024, ["KiB", "MiB", "GiB"]
    while value >= 1024 and len(units) > 1:
        value /= 1024
        units.pop(0)
    return f"{value:.1f} {units[0]}"
