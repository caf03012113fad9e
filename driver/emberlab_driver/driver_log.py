"""The driver's own log where that is no file of the control plane's: in a container of YARN, for the question
`driverLog`."""

import os

MOST_BYTES = 512 * 1024


class DriverLogError(Exception):
    """Why the log cannot be read, as a sentence for people."""


def in_container(environment=os.environ):
    """Whether the driver runs in a container of YARN."""
    return "CONTAINER_ID" in environment


def read_driver_log(stream, start, size, environment=os.environ):
    """The protocol's answer: at most `size` bytes of `stdout` or `stderr` from the byte `start` on, as text in which
    each byte is a character. Raises DriverLogError."""
    if stream not in ("stdout", "stderr"):
        raise DriverLogError(f"A driver has no log {stream}.")
    # YARN names the folders that it may have chosen for the container's logs; one of them has the files.
    for folder in environment.get("LOG_DIRS", "").split(","):
        try:
            with open(os.path.join(folder, stream), "rb") as file:
                total = file.seek(0, os.SEEK_END)
                first = min(max(0, start), total)
                file.seek(first)
                text = file.read(max(0, min(size, MOST_BYTES))).decode("latin-1")
                return {"bytes": text, "from": first, "total": total}
        except OSError:
            continue
    raise DriverLogError(f"The {stream} of the driver is not in a file that it can read.")
