import contextlib
import signal
import socket
import struct
import threading
import unittest
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from threading import Thread

import requests

from emberlab_jupyter.adapter import PatientAdapter


class Gateway:
    """A real HTTP server that can be down, answer, or break the connection after it has read the request."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/livy/demo/sessions"
        self.requests: list[tuple[str, str | None, bytes]] = []
        self.paths: list[str] = []
        self.answers: list[int | None] = []
        self.on_request: Callable[[str], None] = lambda path: None
        self.server: HTTPServer | None = None

    def up(self) -> None:
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                gateway.requests.append((self.command, self.headers.get("idempotency-key"), body))
                gateway.paths.append(self.path)
                gateway.on_request(self.path)
                status = gateway.answers.pop(0) if gateway.answers else 200
                if status is None:
                    # closing with linger 0 sends a reset
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.close_connection = True
                    self.connection.close()
                    return
                self.send_response(status)
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            do_GET = do_POST = do_DELETE = answer

            def log_message(self, *args: object) -> None:
                pass

            def handle(self) -> None:
                # the reset that was asked for
                with contextlib.suppress(OSError, ValueError):
                    super().handle()

            def finish(self) -> None:
                with contextlib.suppress(OSError, ValueError):
                    super().finish()

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def down(self) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None


class PatientAdapterTest(unittest.TestCase):
    def setUp(self) -> None:
        self.gateway = Gateway()
        self.addCleanup(self.gateway.down)
        self.clock = 0.0
        self.waits: list[float] = []
        self.after_waits: dict[int, object] = {}
        self.session = requests.Session()
        self.session.trust_env = False
        self.addCleanup(self.session.close)
        self.session.mount("http://", PatientAdapter(sleep=self.sleep, now=lambda: self.clock))

    def sleep(self, seconds: float) -> None:
        self.clock += seconds
        self.waits.append(seconds)
        action = self.after_waits.get(len(self.waits))
        if callable(action):
            action()

    def test_waits_until_the_gateway_is_up(self) -> None:
        for method in ("GET", "DELETE", "POST"):
            with self.subTest(method):
                self.gateway.down()
                self.waits.clear()
                self.gateway.requests.clear()
                self.after_waits = {5: self.gateway.up}
                self.assertEqual(self.session.request(method, self.gateway.url, data="x").status_code, 200)
                self.assertEqual(len(self.waits), 5)
                self.assertEqual([seen[0] for seen in self.gateway.requests], [method], "sent once")

    def test_a_broken_post_is_repeated_under_the_same_key(self) -> None:
        self.gateway.up()
        self.gateway.answers = [None, 201]
        self.assertEqual(self.session.post(self.gateway.url, data="spark").status_code, 201)
        first, second = self.gateway.requests
        self.assertEqual(first, second)
        self.assertIsNotNone(first[1])
        self.assertEqual(first[2], b"spark")

    def test_two_posts_have_two_keys_and_other_methods_none(self) -> None:
        self.gateway.up()
        for _ in range(2):
            self.session.post(self.gateway.url, data="spark")
        self.session.get(self.gateway.url)
        first, second, third = (seen[1] for seen in self.gateway.requests)
        self.assertNotEqual(first, second)
        self.assertIsNone(third)

    def test_waits_while_something_answers_in_its_place(self) -> None:
        self.gateway.up()
        self.gateway.answers = [503, 502, 504, 200]
        self.assertEqual(self.session.get(self.gateway.url).status_code, 200)

    def test_other_answers_are_handed_on(self) -> None:
        self.gateway.up()
        for status in (200, 404, 409, 500):
            self.gateway.answers = [status]
            self.assertEqual(self.session.get(self.gateway.url).status_code, status)
        self.assertEqual(self.waits, [])

    def test_gives_up_after_two_minutes(self) -> None:
        with self.assertRaises(requests.exceptions.ConnectionError):
            self.session.get(self.gateway.url)
        self.assertLess(self.clock, 120)
        self.assertGreater(self.clock, 115)
        self.assertLess(max(self.waits), 2.5)

    def test_an_interrupt_ends_the_waiting(self) -> None:
        def interrupt() -> None:
            raise KeyboardInterrupt

        self.after_waits = {2: interrupt}
        with self.assertRaises(KeyboardInterrupt):
            self.session.get(self.gateway.url)

    def test_sparkmagic_mounts_it(self) -> None:
        import sparkmagic.utils.configuration as conf
        from sparkmagic.livyclientlib.endpoint import Endpoint
        from sparkmagic.livyclientlib.linearretrypolicy import LinearRetryPolicy
        from sparkmagic.livyclientlib.reliablehttpclient import ReliableHttpClient

        adapters = [{"prefix": "http://", "adapter": "emberlab_jupyter.adapter.PatientAdapter"}]
        conf.override_all({"http_session_config": {"adapters": adapters}})
        client = ReliableHttpClient(Endpoint(self.gateway.url, None), {}, LinearRetryPolicy(0, 0))
        self.gateway.up()
        self.assertEqual(client.post("/statements", [200], {"code": "spark"}).status_code, 200)
        self.assertIsNotNone(self.gateway.requests[0][1])

    def test_an_interrupt_while_a_statement_is_handed_in_stops_what_it_began(self) -> None:
        self.gateway.up()
        called_off = threading.Event()

        def interrupt(path: str) -> None:
            if path.endswith("/interrupt"):
                called_off.set()
            elif path.endswith("/statements"):
                # The row is written; the answer is on its way.
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
                called_off.wait(10)

        self.gateway.on_request = interrupt
        with self.assertRaises(KeyboardInterrupt):
            self.session.post(self.gateway.url + "/7/statements", json={"code": "while True: pass"})
        self.assertTrue(called_off.is_set())
        sessions = "/livy/demo/sessions"
        self.assertEqual(self.gateway.paths, [f"{sessions}/7/statements", f"{sessions}/7/interrupt"])
        self.assertEqual(self.gateway.requests[1][1:], (None, b""))


if __name__ == "__main__":
    unittest.main()
