"""What R replies to a statement, as a result."""

import base64
import json

from .. import failures
from ..interpreter import Failure, Success
from ..magics import bounded
from ..output_buffer import cut_text
from ..table import MIME_TYPE, table_text

INTERRUPTED = "The statement was interrupted."


def read_reply(reply, limit, cancelled):
    """A Success or Failure from the fields of a reply to `run`. `cancelled` is the message for a statement that was
    interrupted by its canceller, else None. Raises OutputTooLarge, or ValueError for what is not JSON."""
    status = reply[0]
    if status == b"ok":
        data = {}
        for mime, value in zip(reply[1::2], reply[2::2]):
            data.update(_bundle(mime.decode(), value, limit))
        return Success(data)
    if status == b"interrupt":
        return Failure("Error", cancelled or INTERRUPTED)
    if status == b"error":
        ename, evalue, trace = (field.decode("utf-8", "replace") for field in reply[1:4])
        return Failure(ename, cut_text(evalue, limit), failures.lines_of(trace) if trace else [])
    return Failure("InterpreterError", f"R failed: {cut_text(reply[1].decode('utf-8', 'replace'), limit)}")


def _bundle(mime, value, limit):
    if mime == "image/png":
        # The text stands beside the picture, even where nothing was printed.
        return {**bounded(mime, base64.b64encode(value).decode("ascii"), limit), "text/plain": ""}
    content = bounded(mime, json.loads(value), limit)
    return {**content, "text/plain": table_text(content[mime])} if mime == MIME_TYPE else content
