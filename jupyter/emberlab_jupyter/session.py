"""A notebook's Spark session: sparkmagic's, without the waits that Emberlab's gateway makes needless."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import requests
import sparkmagic.utils.configuration as conf
from sparkmagic.livyclientlib.configurableretrypolicy import ConfigurableRetryPolicy
from sparkmagic.livyclientlib.exceptions import (
    LivyClientTimeoutException,
    SqlContextNotFoundException,
)
from sparkmagic.livyclientlib.livysession import LivySession
from sparkmagic.utils.constants import FINAL_STATEMENT_STATUS
from sparkmagic.utils.utils import get_sessions_info_html

from .gateway import Gateway
from .live import Live
from .statement import Refused, Statement

T = TypeVar("T")

#: A reply that took so many seconds was held until something changed: the next question need not wait.
HELD = 0.3


class PolitePolicy(ConfigurableRetryPolicy):
    """How long to wait between two questions: not at all where the gateway itself lets them wait."""

    def __init__(self) -> None:
        super().__init__(retry_seconds_to_sleep_list=[0.2, 0.5, 0.5, 1, 1, 2], max_retries=5000)
        self._held = False

    def timed(self, ask: Callable[[], T]) -> T:
        """Asks a question of which it is not known whether it is held."""
        begun = time.monotonic()
        answer = ask()
        self._held = time.monotonic() - begun >= HELD
        return answer

    def seconds_to_sleep(self, retry_count: int) -> float:
        return 0.0 if self._held else super().seconds_to_sleep(retry_count)


class Session(LivySession):
    """One Spark application of this notebook."""

    ipython_display: Any
    _http_client: Gateway

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._policy = PolitePolicy()
        #: whether the gateway has more than Livy's routes; None: not known yet
        self.extended: bool | None = None
        self.sql_context_variable_name = "spark"

    @property
    def http_client(self) -> Gateway:
        return self._http_client

    def start(self) -> None:
        """Starts the application and waits until it takes statements. Says so in the cell."""
        made = self._http_client.post_session(self.properties)
        self.id = made["id"]
        self.status = str(made["state"])
        self.ipython_display.writeln("Starting Spark application")
        self._start_heartbeat_thread()
        limit = conf.livy_session_startup_timeout_seconds()
        try:
            self.wait_for_idle(limit)
        except LivyClientTimeoutException as error:
            raise LivyClientTimeoutException(f"Session {self.id} did not start up in {limit} seconds.") from error
        self.ipython_display.html(get_sessions_info_html([self], self.id))
        works, text, _ = Statement("spark", with_text=False).execute(self)
        if not works:
            raise SqlContextNotFoundException(f"The session has no SparkSession: {text}")
        self.ipython_display.writeln("SparkSession available as 'spark'.")

    def refresh_status_and_info(self) -> None:
        self._policy.timed(super().refresh_status_and_info)

    def submit(self, statement: dict[str, Any]) -> int:
        """Begins a statement and answers its id. One of another kind than the session's may be ``Refused``."""
        if self.extended:
            # Statements wait for each other there. Only where that is refused the session is looked at.
            response = self._http_client.try_statement(self.id, statement)
            if response.status_code == 201:
                return response.json()["id"]
            if response.status_code == 400 and "kind" in statement:
                raise Refused(response.text)
        self.wait_for_idle()
        return self._http_client.post_statement(self.id, statement)["id"]

    def follow(self, statement_id: int, live: Live) -> dict[str, Any]:
        """A statement once it has ended. Meanwhile ``live`` is told what it prints and how far it is."""
        if self.extended is not False:
            self._listen(statement_id, live)
        retries = 1
        while True:
            statement = self._policy.timed(lambda: self._http_client.get_statement(self.id, statement_id))
            if statement["state"] in FINAL_STATEMENT_STATUS:
                return statement
            live.tell("", 0, statement.get("progress", 0.0))
            self.sleep(retries)
            retries += 1

    def _listen(self, statement_id: int, live: Live) -> None:
        """Hands on news until the statement has ended or the gateway can't say."""
        start = 0
        while True:
            try:
                news = self._http_client.output(self.id, statement_id, start, live.patience())
            except requests.ReadTimeout:
                live.show()
                continue
            if news is None:
                self.extended = self.extended or False
                return
            self.extended = True
            if news["state"] in FINAL_STATEMENT_STATUS:
                return
            live.tell(news["text"], news["from"], news["progress"], news.get("stages", []))
            start = news["next"]
