"""What a statement printed, put where clients look for it."""

from . import failures
from .interpreter import Failure, Success

# At least this share of the limit stays free for stderr, however much was printed to stdout.
_STDERR_SHARE = 4


def with_printed(result, stdout, stderr, limit):
    """`result` with the text of the two OutputBuffers, at most about `limit` bytes: in text/plain, or in front of the
    trace."""
    stderr_limit = max(limit - stdout.size(), limit // _STDERR_SHARE)
    errors = stderr.text(stderr_limit)
    text = (stdout.text(max(limit - stderr.size(), limit - stderr_limit)) + errors).rstrip()
    if isinstance(result, Failure):
        printed = failures.lines_of(text) if text else []
        return Failure(result.ename, result.evalue, printed + result.traceback)
    data = dict(result.data)
    if text or not data:
        shown = data.get("text/plain")
        data["text/plain"] = f"{text}\n{shown}" if shown and text else shown or text
    return Success(data)
