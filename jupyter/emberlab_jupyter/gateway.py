"""The requests to a project's gateway, as sparkmagic makes them, and those that only Emberlab's own gateway answers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import requests
from sparkmagic.livyclientlib.endpoint import Endpoint
from sparkmagic.livyclientlib.livyreliablehttpclient import LivyReliableHttpClient

from .adapter import CONNECT_TIMEOUT

#: Seconds that people wait for completions: a kernel answers nothing else meanwhile.
COMPLETION_TIMEOUT = 12.0


@dataclass(frozen=True)
class Candidates:
    """``candidates`` may stand for the code from ``start`` to ``end``; None where a gateway does not say that."""

    candidates: list[str]
    start: int | None
    end: int | None


class Gateway(LivyReliableHttpClient):
    """sparkmagic's client, and the routes beyond Livy. Another gateway has none of those and answers 404."""

    @classmethod
    def to(cls, endpoint: Endpoint) -> Gateway:
        return cls(LivyReliableHttpClient.from_endpoint(endpoint)._http_client, endpoint)

    def ask(
        self,
        method: str,
        path: str,
        data: object = None,
        session: requests.Session | None = None,
        **options: Any,
    ) -> requests.Response:
        """One request below the project's address, whatever its answer: nothing is repeated for its status."""
        client = self._http_client
        return (session or client._session).request(
            method,
            client.compose_url(path),
            headers=client.get_headers(),
            auth=self.endpoint.auth,
            data=None if data is None else json.dumps(data),
            verify=client.verify_ssl,
            **options,
        )

    def try_statement(self, session_id: int, statement: dict[str, Any]) -> requests.Response:
        """Begins a statement of a session that is thought to take one; 201 if it does."""
        return self.ask("POST", self._statements_url(session_id), statement)

    def output(
        self, session_id: int, statement_id: int, start: int, patience: float | None = None
    ) -> dict[str, Any] | None:
        """What a statement has printed from the character ``start`` on, and how far it is:
        ``{id, state, from, text, next, progress, stages}``.

        The answer is held until there is news. None: this gateway can't say. Raises ``requests.ReadTimeout`` when
        nothing has come for ``patience`` seconds.
        """
        path = f"{self._statement_url(session_id, statement_id)}/output?from={start}"
        timeout = None if patience is None else (CONNECT_TIMEOUT, patience)
        response = self.ask("GET", path, timeout=timeout)
        return response.json() if response.status_code == 200 else None

    def arrow(self, session_id: int, statement_id: int) -> requests.Response:
        """The rows of a statement of the kind ``arrow``, as a stream to read from."""
        return self.ask("GET", f"{self._statement_url(session_id, statement_id)}/arrow", stream=True)

    def inspect(self, session_id: int, code: str, cursor: int, kind: str) -> str | None:
        """What is known of the code at the cursor. None when that is nothing, for whatever reason."""
        answer = self._quickly(
            "POST", f"{self._session_url(session_id)}/inspection", code=code, cursor=cursor, kind=kind
        )
        text = answer.get("text")
        return text if isinstance(text, str) else None

    def variables(self, session_id: int) -> list[dict[str, str]] | None:
        """What code has defined: ``name``, ``type`` and ``value``. None when it isn't known."""
        answer = self._quickly("GET", f"{self._session_url(session_id)}/variables")
        found = answer.get("variables")
        return found if isinstance(found, list) else None

    def _quickly(self, method: str, path: str, **data: object) -> dict[str, Any]:
        """An answer that nobody waits for long; empty where there is none."""
        # A session of its own: without the adapter that waits for a gateway which is away.
        with requests.Session() as session:
            try:
                response = self.ask(method, path, data or None, session=session, timeout=COMPLETION_TIMEOUT)
                answer = response.json() if response.status_code == 200 else {}
                return answer if isinstance(answer, dict) else {}
            except (requests.RequestException, ValueError):
                return {}

    def complete(self, session_id: int, code: str, cursor: int, kind: str) -> Candidates | None:
        """What may stand at the cursor. None when it isn't known, for whatever reason: nobody waits for it long."""
        question = {"code": code, "cursor": cursor, "kind": kind}
        # A session of its own: without the adapter that waits for a gateway which is away.
        with requests.Session() as session:
            try:
                path = f"{self._session_url(session_id)}/completion"
                response = self.ask("POST", path, question, session=session, timeout=COMPLETION_TIMEOUT)
                if response.status_code != 200:
                    return None
                start, end = (response.headers.get(f"emberlab-completion-{edge}") for edge in ("start", "end"))
                return Candidates(
                    response.json()["candidates"],
                    None if start is None else int(start),
                    None if end is None else int(end),
                )
            except (requests.RequestException, ValueError, KeyError):
                return None
