"""Carries requests to the Livy gateway over a restart of the platform."""

from __future__ import annotations

import logging
import random
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError, ConnectTimeout, RequestException

log = logging.getLogger(__name__)

#: Seconds after which a gateway that can't be reached is given up.
PATIENCE = 120.0
#: Seconds that making a connection may take. Reading has no limit: a reply may be held until there is news.
CONNECT_TIMEOUT = 5.0
#: Seconds that the gateway may take to stop a statement that was interrupted while it was handed in.
CALL_OFF_TIMEOUT = 5.0
#: What stands in for a gateway that is away: bad gateway, unavailable, gateway timeout.
AWAY = frozenset({502, 503, 504})


class PatientAdapter(HTTPAdapter):
    """An adapter for sparkmagic's ``http_session_config``: repeats a request while the gateway can't be reached.

    sparkmagic gives up at the first refused or broken connection, and with it the cell that runs. Here a request is
    sent again, with growing delays, until it is answered or ``PATIENCE`` is over. That is safe for every method: GET
    and DELETE may be repeated, and each POST carries an ``idempotency-key`` of its own by which the gateway knows one
    that it has seen already.
    """

    def __init__(
        self,
        patience: float = PATIENCE,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._patience = patience
        self._sleep = sleep
        self._now = now

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        """As ``HTTPAdapter.send``; raises what that raised last, once the patience is over."""
        if request.method == "POST":
            request.headers.setdefault("idempotency-key", uuid.uuid4().hex)
        if options.get("timeout") is None:
            options["timeout"] = (CONNECT_TIMEOUT, None)
        deadline = self._now() + self._patience
        for delay in delays():
            may_repeat = self._now() + delay < deadline
            try:
                response = super().send(request, *args, **options)
            except (ConnectionError, ConnectTimeout) as error:
                if not may_repeat:
                    raise
                log.info("The gateway can't be reached, trying again: %s", error)
            except KeyboardInterrupt:
                self._call_off(request, options)
                raise
            else:
                if response.status_code not in AWAY or not may_repeat:
                    return response
                response.close()
            self._sleep(delay)
        raise AssertionError("delays() never ends")

    def _call_off(self, request: PreparedRequest, options: dict[str, Any]) -> None:
        """Lets a session stop what it runs, after an interrupt while a statement was handed in.

        sparkmagic doesn't know that statement yet, so it can't cancel it; the session is the notebook's own.
        """
        statements = "/statements"
        path = (request.url or "").rstrip("/")
        if request.method != "POST" or not path.endswith(statements):
            return
        stop = request.copy()
        stop.url = path.removesuffix(statements) + "/interrupt"
        stop.body = None
        stop.headers["content-length"] = "0"
        stop.headers.pop("idempotency-key", None)
        options = options | {"timeout": (CONNECT_TIMEOUT, CALL_OFF_TIMEOUT), "stream": False}
        try:
            super().send(stop, **options).close()
        except RequestException as error:
            log.warning("What an interrupted cell may have begun could not be stopped: %s", error)


def delays() -> Iterator[float]:
    """Seconds to wait before each repetition: from 50 ms up to about 2 s.

    A little apart from each other, so that kernels don't come all at once.
    """
    base = 0.05
    while True:
        yield base * random.uniform(0.8, 1.2)  # noqa: S311 -- nothing secret hangs on it
        base = min(base * 2, 2.0)
