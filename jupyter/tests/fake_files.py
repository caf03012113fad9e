"""Stands for Emberlab: the routes of a project's files, which are in memory here."""

from __future__ import annotations

import json
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPServerRequest
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

PAGE = 3


class FakeFiles:
    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.folders = {""}
        self.tokens: list[str] = []
        #: what is refused, and with which sentence
        self.refused: tuple[int, str] | None = None
        self.server = HTTPServer(Application([(r"/api(.*)", Handler, {"kept": self})]), max_body_size=2**30)
        sockets = bind_sockets(0, "127.0.0.1")
        self.server.add_sockets(sockets)
        self.address = f"http://127.0.0.1:{sockets[0].getsockname()[1]}/api"

    def entry(self, path: str) -> dict[str, Any] | None:
        kind = "file" if path in self.files else "folder" if path in self.folders else None
        if kind is None:
            return None
        size = len(self.files[path]) if kind == "file" else None
        changed = "2026-01-02T03:04:05.678Z"
        return {"name": path.rsplit("/", 1)[-1], "path": path, "type": kind, "size": size, "changedAt": changed}


class Handler(RequestHandler):
    request: HTTPServerRequest

    def initialize(self, kept: FakeFiles) -> None:
        self.kept = kept

    def prepare(self) -> None:
        self.kept.tokens.append(self.request.headers["Authorization"])
        if self.kept.refused is not None:
            self.refuse(*self.kept.refused)

    def refuse(self, status: int, message: str) -> None:
        self.set_status(status)
        self.finish({"error": {"code": "some_code", "message": message}})

    def get(self, route: str) -> None:
        kept, path = self.kept, self.get_query_argument("path", "")
        if route == "":
            within = [one for one in {**kept.files, **dict.fromkeys(kept.folders, b"")} if one and _above(one) == path]
            hidden = self.get_query_argument("all", "0") == "1"
            names = sorted(one for one in within if hidden or not one.rsplit("/", 1)[-1].startswith("."))
            start = int(self.get_query_argument("after", "0"))
            items = [kept.entry(one) for one in names[start : start + PAGE]]
            more = str(start + PAGE) if start + PAGE < len(names) else None
            self.finish({"items": items, "next": more, "total": len(names)})
        elif kept.entry(path) is None:
            self.refuse(404, "There is no such file or folder in the project.")
        elif route == "/entry":
            self.finish(json.dumps(kept.entry(path)))
        else:
            self.finish(kept.files[path])

    def put(self, route: str) -> None:
        path = self.get_query_argument("path")
        if self.kept.entry(_above(path)) is None:
            return self.refuse(404, "There is no such file or folder in the project.")
        self.kept.files[path] = self.request.body
        self.finish(json.dumps(self.kept.entry(path)))
        return None

    def post(self, route: str) -> None:
        kept, body = self.kept, json.loads(self.request.body)
        if route == "/folders":
            if kept.entry(body["path"]) is not None:
                return self.refuse(409, "There is something of that name already.")
            kept.folders.add(body["path"])
            self.finish(json.dumps(kept.entry(body["path"])))
        elif route == "/moves":
            if kept.entry(body["to"]) is not None:
                return self.refuse(409, "There is something of that name already.")
            kept.files[body["to"]] = kept.files.pop(body["from"])
            self.finish(json.dumps(kept.entry(body["to"])))
        else:
            for path in body["paths"]:
                kept.files.pop(path, None)
                kept.folders.discard(path)
            self.finish({"removed": 1, "failed": []})
        return None


def _above(path: str) -> str:
    return path.rpartition("/")[0]
