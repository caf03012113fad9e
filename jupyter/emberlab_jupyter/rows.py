"""``-o`` of ``%%sql`` and ``%%spark``: rows of Spark as a pandas frame in the notebook's own process."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any

from sparkmagic.livyclientlib.command import Command
from sparkmagic.livyclientlib.exceptions import BadUserDataException
from sparkmagic.livyclientlib.sparkstorecommand import SparkStoreCommand
from sparkmagic.livyclientlib.sqlquery import SQLQuery
from sparkmagic.utils.utils import coerce_pandas_df_to_numeric_datetime

from .statement import Refused, Statement, result_of

if TYPE_CHECKING:
    import pandas as pd

    from .session import Session

#: What a statement of the kind ``arrow`` says of its rows.
ARROW_TYPE = "application/vnd.emberlab.arrow.v1+json"


class FrameOfQuery(SQLQuery):
    """The rows of a query."""

    def execute(self, session: Session) -> pd.DataFrame:
        frame = fetch(session, {"sql": self.query}, self)
        return super().execute(session) if frame is None else frame

    def to_command(self, kind: str, sql_context_variable_name: str) -> Command:
        return Statement(super().to_command(kind, sql_context_variable_name).code, with_text=False)


class FrameOfVariable(SparkStoreCommand):
    """The rows of a Spark frame that has a name in the remote interpreter."""

    def execute(self, session: Session) -> pd.DataFrame:
        frame = fetch(session, {"variable": self.output_var, "kind": session.kind}, self)
        return super().execute(session) if frame is None else frame

    def to_command(self, kind: str, spark_context_variable_name: str) -> Command:
        return Statement(super().to_command(kind, spark_context_variable_name).code, with_text=False)


def cannot(error: dict[str, Any]) -> bool:
    """Whether rows did not come because the driver, or Arrow itself, can't bring these."""
    return error["ename"] == "InterpreterError" or "UNSUPPORTED_ARROWTYPE" in error["evalue"]


def fetch(session: Session, what: dict[str, str], limits: SQLQuery | SparkStoreCommand) -> pd.DataFrame | None:
    """The rows as Arrow, with their types. None where one of the two ends can't: lines of JSON bring them then.

    Raises BadUserDataException with the remote interpreter's words if the statement fails.
    """
    if not session.extended:
        return None
    try:
        from .frames import read_frame
    except ImportError:
        return None
    order: dict[str, Any] = {
        **what,
        "method": limits.samplemethod,
        "rows": limits.maxrows if limits.maxrows >= 0 else None,
    }
    if limits.samplemethod == "sample":
        order["fraction"] = limits.samplefraction
    statement = Statement(json.dumps(order), kind="arrow", with_text=False)
    try:
        statement_id, output = statement.run(session)
    except Refused:
        return None
    if output is not None and output["status"] == "error" and cannot(output):
        return None
    works, text, _ = result_of(output, session.ipython_display)
    if not works:
        raise BadUserDataException(text)
    if output is None:
        raise BadUserDataException("The statement was cancelled.")
    frame = read_frame(lambda: session.http_client.arrow(session.id, statement_id), output["data"][ARROW_TYPE]["rows"])
    # The types are right already. Who asks for it has numbers and dates made of text as well.
    if limits._coerce:
        with warnings.catch_warnings():
            # It tries whether text is dates, and pandas says how it does that.
            warnings.simplefilter("ignore", UserWarning)
            coerce_pandas_df_to_numeric_datetime(frame)
    return frame
