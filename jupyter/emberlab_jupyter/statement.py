"""One statement of a cell, from its submission to its result."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from IPython.display import Image
from sparkmagic.livyclientlib.command import Command
from sparkmagic.livyclientlib.exceptions import (
    LivyUnexpectedStatusException,
    SparkStatementCancellationFailedException,
    SparkStatementCancelledException,
)
from sparkmagic.utils.constants import (
    COMMAND_CANCELLATION_FAILED_MSG,
    COMMAND_INTERRUPTED_MSG,
    MIMETYPE_APPLICATION_JSON,
    MIMETYPE_IMAGE_PNG,
    MIMETYPE_TEXT_HTML,
    MIMETYPE_TEXT_PLAIN,
)

from .failures import read_failure
from .live import CellDisplay, Live

if TYPE_CHECKING:
    from .session import Session

#: As sparkmagic has it: whether it worked, what to show, and what that is.
Result = tuple[bool, Any, str]


class Refused(Exception):
    """The gateway takes no statements of that kind, or not with that code."""


class Statement(Command):
    """sparkmagic's command, which shows in the cell what it prints while it runs."""

    def __init__(self, code: str, kind: str | None = None, with_text: bool = True) -> None:
        """``kind``: None for the session's own. ``with_text``: what it prints is for people to see."""
        super().__init__(code)
        self._kind = kind
        self._with_text = with_text

    def execute(self, session: Session) -> Result:
        return result_of(self.run(session)[1], session.ipython_display)

    def run(self, session: Session) -> tuple[int, dict[str, Any] | None]:
        """Its id and its output. An interrupt cancels it and is raised as sparkmagic's own."""
        statement_id = -1
        live = Live(session.ipython_display, self._with_text)
        more_follows = False
        try:
            statement_id = session.submit({"code": self.code} | ({} if self._kind is None else {"kind": self._kind}))
            output = session.follow(statement_id, live)["output"]
            more_follows = self._with_text and shows_something(output)
            return statement_id, output
        except KeyboardInterrupt:
            if statement_id >= 0:
                cancel(session, statement_id)
            raise SparkStatementCancelledException(COMMAND_INTERRUPTED_MSG) from None
        finally:
            live.close(more_follows)


def cancel(session: Session, statement_id: int) -> None:
    """Ends a statement and waits until the session is free again; raises sparkmagic's exception if that fails."""
    try:
        session.http_client.cancel_statement(session.id, statement_id)
        session.wait_for_idle()
    except (Exception, KeyboardInterrupt):
        raise SparkStatementCancellationFailedException(COMMAND_CANCELLATION_FAILED_MSG) from None


def shows_something(output: dict[str, Any] | None) -> bool:
    """Whether people will see something of this output."""
    return output is not None and (output["status"] != "ok" or output["data"] != {MIMETYPE_TEXT_PLAIN: ""})


def result_of(output: dict[str, Any] | None, cell: CellDisplay) -> Result:
    """What sparkmagic shows of an output: the richest form that it knows.

    What a failed one has printed is shown by this, and its whole trace once ``cell`` shows what is useful of it.
    """
    if output is None:
        return True, "", MIMETYPE_TEXT_PLAIN
    if output["status"] == "error":
        failure = read_failure(output)
        cell.write(failure.printed)
        cell.trace = failure.bundle() if failure.trace else None
        return False, failure.useful, MIMETYPE_TEXT_PLAIN
    if output["status"] != "ok":
        raise LivyUnexpectedStatusException(f"The gateway answered an unknown status: {output['status']!r}")
    data = output["data"]
    if MIMETYPE_IMAGE_PNG in data:
        return True, Image(base64.b64decode(data[MIMETYPE_IMAGE_PNG])), MIMETYPE_IMAGE_PNG
    for mimetype in (MIMETYPE_TEXT_HTML, MIMETYPE_APPLICATION_JSON):
        if mimetype in data:
            return True, data[mimetype], mimetype
    return True, data[MIMETYPE_TEXT_PLAIN], MIMETYPE_TEXT_PLAIN
