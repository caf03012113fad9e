"""What YARN writes when it gives out a container's logs: each behind a heading that says how long it is."""

import re

_HEADING = re.compile(rb"^LogType:(?P<name>\S+)\n(?:[^\n]*\n)*?LogLength:(?P<length>\d+)\n", re.MULTILINE)
_CONTENTS = b"LogContents:\n"
_END = b"\nEnd of LogType:"


def log_in(text, name):
    """The bytes of the log `name`, or None where it is not there."""
    for heading in _HEADING.finditer(text):
        if heading["name"].decode("latin-1") != name:
            continue
        start = text.find(_CONTENTS, heading.end())
        if start < 0:
            return None
        start += len(_CONTENTS)
        # Of a longer log only the last bytes are given out, so the mark of the end counts too.
        whole = text[start : start + int(heading["length"])]
        end = text.rfind(_END + name.encode(), start)
        return whole if end < 0 or len(whole) <= end - start else text[start:end]
    return None
