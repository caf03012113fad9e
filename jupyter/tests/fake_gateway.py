"""A gateway for tests: a real HTTP server whose statements do what the test says."""

import contextlib
import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FINAL = ("available", "cancelled")


def text_of(text: str) -> dict[str, Any]:
    return {"status": "ok", "execution_count": 0, "data": {"text/plain": text}}


class FakeGateway:
    """Emberlab's gateway with one session, or with ``extended=False`` a Livy server that knows nothing beyond that."""

    def __init__(self, extended: bool = True) -> None:
        self.extended = extended
        #: method and path of each request, in order
        self.requests: list[str] = []
        self.statements: list[dict[str, Any]] = []
        #: called with each new statement; those that it leaves alone end at once, without output
        self.on_statement: Callable[[dict[str, Any]], None] = lambda statement: None
        #: why a new session is refused
        self.refusal: str | None = None
        self.session_state = "idle"
        #: those of statements; none: the session's own
        self.kinds: list[str | None] = [None, "arrow"] if extended else [None]
        #: statements of another kind
        self.refused = 0
        self.completion: dict[str, Any] = {"candidates": [], "start": 0, "end": 0}
        self.questions: list[dict[str, Any]] = []
        self.variables: list[dict[str, str]] | None = None
        self.inspected: str | None = None
        #: what a statement of the kind `arrow` is answered with, one after the other; the last for all that follow
        self.streams: list[bytes] = []
        self._news = threading.Condition()
        self._closing = False
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # head and body in one piece
            wbufsize = -1

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                path = self.path.removeprefix("/livy/demo")
                gateway.requests.append(f"{self.command} {path}")
                status, content, headers = gateway._answer(self.command, path, json.loads(body or b"null"))
                data = content if isinstance(content, bytes) else json.dumps(content).encode()
                with contextlib.suppress(OSError):
                    self.send_response(status)
                    for name, value in {**headers, "content-length": len(data)}.items():
                        self.send_header(name, str(value))
                    self.end_headers()
                    self.wfile.write(data)

            do_GET = do_POST = do_DELETE = answer

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/livy/demo"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        if self._closing:
            return
        with self._news:
            self._closing = True
            self._news.notify_all()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def say(
        self,
        statement: dict[str, Any],
        text: str = "",
        progress: float | None = None,
        skipped: int = 0,
        stages: list[dict[str, Any]] | None = None,
    ) -> None:
        """A running statement has printed something, after ``skipped`` characters that are lost, or got on."""
        with self._news:
            statement["printed"].append((statement["length"] + skipped, text))
            statement["length"] += skipped + len(text)
            statement["progress"] = statement["progress"] if progress is None else progress
            statement["stages"] = statement["stages"] if stages is None else stages
            self._news.notify_all()

    def end(self, statement: dict[str, Any], output: dict[str, Any] | None, state: str = "available") -> None:
        with self._news:
            statement |= {"state": state, "output": output}
            self._news.notify_all()

    def wait_for(self, ready: Callable[[], bool]) -> None:
        """Until the kernel has asked what the test waits for."""
        with self._news:
            if not self._news.wait_for(ready, 30):
                raise AssertionError(f"did not come: {self.requests}")

    def _answer(self, method: str, path: str, body: Any) -> tuple[int, Any, dict[str, Any]]:
        with self._news:
            self._news.notify_all()
        session = {"id": 1, "state": self.session_state, "kind": "pyspark", "appId": "app-1", "log": [], "appInfo": {}}
        if (method, path) == ("GET", "/sessions"):
            return 200, {"sessions": [session]}, {}
        if path == "/sessions" and self.refusal is not None:
            return 400, {"msg": self.refusal}, {}
        if path in ("/sessions", "/sessions/1"):
            return (201 if method == "POST" else 200), session, {}
        if path == "/sessions/1/log?from=0":
            return 200, {"log": ["the driver ran out of memory"]}, {}
        if path == "/sessions/1/statements" and method == "POST":
            return self._begin(body)
        if path == "/sessions/1/completion" and self.extended:
            self.questions.append(body)
            edges = {f"emberlab-completion-{edge}": self.completion[edge] for edge in ("start", "end")}
            headers = {name: value for name, value in edges.items() if value is not None}
            return 200, {"candidates": self.completion["candidates"]}, headers
        if path == "/sessions/1/inspection" and self.extended:
            self.questions.append(body)
            return 200, {"text": self.inspected}, {}
        if path == "/sessions/1/variables" and self.extended:
            return 200, {"variables": self.variables}, {}
        if match := re.fullmatch(r"/sessions/1/statements/(\d+)(/\w+)?(\?from=(\d+))?", path):
            statement = self.statements[int(match[1])]
            if match[2] is None:
                return 200, {key: statement[key] for key in ("id", "state", "output", "progress")}, {}
            if match[2] == "/cancel":
                self.end(statement, None, "cancelled")
                return 200, {"msg": "canceled"}, {}
            if match[2] == "/output" and self.extended:
                return 200, self._output(statement, int(match[4])), {}
            if match[2] == "/arrow" and self.extended:
                return 200, self.streams.pop(0) if len(self.streams) > 1 else self.streams[0], {}
        return 404, {"msg": "not found"}, {}

    def _begin(self, body: Any) -> tuple[int, Any, dict[str, Any]]:
        if self.session_state != "idle":
            return 500, {"msg": f"Session is in state {self.session_state}"}, {}
        if body.get("kind") not in self.kinds:
            self.refused += 1
            return 400, {"msg": "Invalid kind"}, {}
        statement = {"id": len(self.statements), "code": body["code"], "kind": body.get("kind"), "held": False}
        statement |= {"state": "running", "output": None, "progress": 0.0}
        # pieces of text and where each begins, how long it is with what is lost, and which progress has been told
        statement |= {"printed": [], "length": 0, "told": (0.0, []), "stages": []}
        self.statements.append(statement)
        self.on_statement(statement)
        if not statement["held"] and statement["state"] == "running":
            self.end(statement, text_of(""))
        return 201, {"id": statement["id"], "state": "waiting"}, {}

    def _output(self, statement: dict[str, Any], start: int) -> dict[str, Any]:
        def news() -> bool:
            fresh = statement["length"] > start or (statement["progress"], statement["stages"]) != statement["told"]
            return fresh or self._closing or statement["state"] in FINAL

        with self._news:
            self._news.wait_for(news)
            statement["told"] = (statement["progress"], statement["stages"])
            pieces = [(at, text) for at, text in statement["printed"] if at + len(text) > start]
            first = pieces[0][0] if pieces else start
            text = "".join(text for _, text in pieces)[max(start - first, 0) :]
            answer = {key: statement[key] for key in ("id", "state", "progress", "stages")}
            return answer | {"from": max(first, start), "text": text, "next": statement["length"]}
