"""Asks Emberlab for the files of the project, as the member whose server this is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlencode

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.web import HTTPError

#: Bytes that are read from a file at a time while it is sent.
PIECE = 256 * 1024
#: The largest file that is opened in JupyterLab, bytes: all of it is in memory then.
MOST = 1024**3
#: How long a large file may take, s.
PATIENCE = 1800

Entry = dict[str, Any]


class RemoteFiles:
    """The routes of a project's files. What they refuse is a ``HTTPError`` with their own sentence."""

    def __init__(self, api: str, token_file: str) -> None:
        """``api``: the address of the project's files, ``token_file``: with what opens it; read anew each time."""
        self._api = api
        self._token_file = Path(token_file)
        self._client = AsyncHTTPClient(force_instance=True, max_body_size=MOST)

    async def entry(self, path: str) -> Entry | None:
        """What lies at a path; None: nothing."""
        if path == "":
            return {"name": "", "path": "", "type": "folder", "size": None, "changedAt": "1970-01-01T00:00:00.000Z"}
        try:
            return await self._json("GET", "/entry", {"path": path, "all": "1"})
        except HTTPError as error:
            if error.status_code == 404:
                return None
            raise

    async def entries(self, path: str, hidden: bool) -> AsyncIterator[Entry]:
        """What is in a folder, folders first."""
        query = {"path": path, **({"all": "1"} if hidden else {})}
        after: str | None = None
        while True:
            page = await self._json("GET", "", {**query, **({} if after is None else {"after": after})})
            for entry in page["items"]:
                if entry["type"] != "other":
                    yield entry
            after = page["next"]
            if after is None:
                return

    async def read(self, path: str) -> bytes:
        return await self._ask("GET", "/content", {"path": path})

    async def write(self, path: str, content: bytes | BinaryIO, size: int) -> Entry:
        """Writes a whole file; one that is cut off leaves the one before."""
        producer = None if isinstance(content, bytes) else _producer(content)
        body = await self._ask(
            "PUT",
            "/content",
            {"path": path},
            body=content if isinstance(content, bytes) else None,
            producer=producer,
            headers={"Content-Type": "application/octet-stream", "Content-Length": str(size)},
        )
        return json.loads(body)

    async def make_folder(self, path: str) -> Entry:
        return await self._json("POST", "/folders", {}, {"path": path})

    async def move(self, old: str, new: str) -> Entry:
        return await self._json("POST", "/moves", {}, {"from": old, "to": new})

    async def remove(self, path: str, forever: bool = False) -> None:
        """Into the bin of the project, unless it is for good."""
        answer = await self._json("POST", "/removals", {}, {"paths": [path], "forever": forever})
        for failed in answer["failed"]:
            raise HTTPError(400, failed["message"])

    def close(self) -> None:
        self._client.close()

    async def _json(self, method: str, route: str, query: dict[str, str], body: Any = None) -> Any:
        sent = None if body is None else json.dumps(body).encode()
        return json.loads(
            await self._ask(method, route, query, body=sent, headers={"Content-Type": "application/json"})
        )

    async def _ask(
        self,
        method: str,
        route: str,
        query: dict[str, str],
        *,
        body: bytes | None = None,
        producer: Callable[[Any], Awaitable[None]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> bytes:
        request = HTTPRequest(
            f"{self._api}{route}?{urlencode(query)}",
            method=method,
            headers={**(headers or {}), "Authorization": f"Bearer {self._token_file.read_text().strip()}"},
            body=body,
            body_producer=producer,
            request_timeout=PATIENCE,
            follow_redirects=False,
        )
        try:
            return (await self._client.fetch(request)).body
        except HTTPClientError as error:
            raise HTTPError(error.code if error.code < 599 else 503, _sentence(error)) from error
        except OSError as error:
            raise HTTPError(503, "Emberlab can't be reached at the moment. Please try again.") from error


def _producer(file: BinaryIO) -> Callable[[Any], Awaitable[None]]:
    async def produce(write: Callable[[bytes], Awaitable[None]]) -> None:
        while piece := file.read(PIECE):
            await write(piece)

    return produce


def _sentence(error: HTTPClientError) -> str:
    try:
        return json.loads(error.response.body)["error"]["message"]  # type: ignore[union-attr]
    except (AttributeError, KeyError, TypeError, ValueError):
        return "Emberlab did not answer as it should. Please try again."
