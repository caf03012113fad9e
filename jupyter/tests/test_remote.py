import signal
import threading
import unittest
from typing import Any

from .cells import CellTest
from .fake_gateway import text_of


class StatementTest(CellTest):
    def start(self, **settings: Any) -> None:
        self.open_notebook(**settings)
        self.run_cell("%%spark\nspark")
        self.gateway.requests.clear()

    def shown(self, text: str) -> None:
        """Waits until the cell shows something in passing."""
        self.gateway.wait_for(lambda: any(text in seen for seen in self.output.seen))

    def test_the_first_cell_starts_the_session(self) -> None:
        self.open_notebook()
        self.gateway.on_statement = lambda statement: self.gateway.end(statement, text_of("said"))
        self.run_cell("%%spark\n1")
        self.assertEqual(self.texts()[0], "Starting Spark application\n")
        self.assertEqual(self.texts()[-2:], ["SparkSession available as 'spark'.\n", "said"])
        self.assertEqual([statement["code"] for statement in self.gateway.statements], ["spark", "1\n"])

    def test_a_refused_session_can_be_configured_anew(self) -> None:
        self.open_notebook()
        self.gateway.refusal = "spark.master can't be set"
        self.run_cell('%%configure -f\n{"conf": {"spark.master": "yarn"}}')
        self.run_cell("%%spark\n1")
        self.assertIn("spark.master can't be set", "".join(self.texts()))
        self.gateway.refusal = None
        self.run_cell("%%spark\n1")
        self.assertIn("spark.master can't be set", "".join(self.texts()))
        self.run_cell('%%configure -f\n{"conf": {}}')
        self.gateway.on_statement = lambda statement: self.gateway.end(statement, text_of("said"))
        self.run_cell("%%spark\n1")
        self.assertEqual(self.texts()[-1], "said")

    def test_a_cell_is_three_requests(self) -> None:
        self.start()
        self.run_cell("%%spark\nx = 1")
        at = "/sessions/1/statements"
        self.assertEqual(self.gateway.requests, [f"POST {at}", f"GET {at}/2/output?from=0", f"GET {at}/2"])
        self.assertEqual(self.output.outputs, [])

    def test_output_is_shown_as_it_comes_and_stays_once(self) -> None:
        self.start()

        def drive(statement: dict[str, Any]) -> None:
            self.gateway.say(statement, "one\n")
            self.shown("one")
            self.gateway.say(statement, "loading 1%\rloading 2%", progress=0.25)
            self.shown("one\nloading 2%\nSpark ━━━━━━──────────────────  25%")
            counts = {"totalTasks": 8, "completedTasks": 2, "activeTasks": 1}
            stages = [{"id": 3, "name": "count", "failedTasks": 0, **counts}]
            stages.append({"id": 14, "name": "collect", "failedTasks": 1, **counts, "totalTasks": 2})
            self.gateway.say(statement, stages=stages)
            self.shown(
                "one\nloading 2%\nSpark ━━━━━━──────────────────  25%\n"
                "    3 ━━━━━━────────────────── 2/8 tasks, 1 run · count\n"
                "   14 ━━━━━━━━━━━━━━━━━━━━━━━━ 2/2 tasks, 1 run, 1 failed · collect"
            )
            self.gateway.say(statement, stages=[])
            self.shown("one\nloading 2%\nSpark ━━━━━━──────────────────  25%")
            self.gateway.end(statement, text_of("one\nloading 1%\rloading 2%\n'result'"))

        self.hold(drive)
        self.run_cell("%%spark\nwork()")
        self.assertEqual(self.texts(), ["one\nloading 1%\rloading 2%\n'result'"])

    def test_what_stands_above_stays(self) -> None:
        self.start()

        def drive(statement: dict[str, Any]) -> None:
            self.gateway.say(statement, "one\n")
            self.shown("one")
            self.gateway.end(statement, text_of("one"))

        self.hold(drive)
        self.shell.user_ns["run"] = lambda: (print("above"), self.shell.run_cell_magic("spark", "", "work()"))
        self.run_cell("_ = run()")
        self.assertEqual([text for text in self.texts() if text.strip()], ["above", "one"])

    def test_lost_and_long_output_shows_its_end(self) -> None:
        self.start()

        def drive(statement: dict[str, Any]) -> None:
            self.gateway.say(statement, "first\n")
            self.shown("first")
            self.gateway.say(statement, "rest of a line\nafter\n", skipped=1000)
            self.shown("…\nafter")
            self.gateway.say(statement, "".join(f"{n:06}\n" for n in range(5000)))
            self.shown("004999")
            self.gateway.end(statement, text_of("all"))

        self.hold(drive)
        self.run_cell("%%spark\nwork()")
        self.assertEqual(self.output.seen[1], "…\nafter")
        self.assertTrue(self.output.seen[-1].startswith("…\n00"))
        self.assertLess(len(self.output.seen[-1]), 17_000)
        self.assertEqual(self.texts(), ["all"])

    def test_an_error_stays_below_what_was_printed(self) -> None:
        self.start()

        def drive(statement: dict[str, Any]) -> None:
            self.gateway.say(statement, "working\n")
            self.shown("working")
            traceback = ["working\n", "Traceback (most recent call last):\n", "ValueError: no\n"]
            self.gateway.end(
                statement, {"status": "error", "ename": "ValueError", "evalue": "no", "traceback": traceback}
            )

        self.hold(drive)
        self.run_cell("%%spark\nwork()")
        self.assertEqual([output["name"] for output in self.output.outputs], ["stdout", "stderr"])
        self.assertEqual(self.texts(), ["working\n", "ValueError: no\n"])

    def test_the_trace_of_an_error_is_folded_up_below_it(self) -> None:
        self.start()
        traceback = ["Traceback (most recent call last):\n", '  File "/opt/x.py", line 1, in x\n', "ValueError: no\n"]
        output = {"status": "error", "ename": "ValueError", "evalue": "no", "traceback": traceback}
        self.gateway.on_statement = lambda statement: self.gateway.end(statement, output)
        self.run_cell("%%spark\nwork()")
        told, trace = self.output.outputs
        self.assertEqual(told["text"], "ValueError: no\n")
        self.assertEqual(trace["data"]["text/plain"], "".join(traceback).rstrip())
        self.assertIn("<details>", trace["data"]["text/html"])

    def test_help_lists_all_magics(self) -> None:
        self.open_notebook()
        self.run_cell("%%help\n ")
        tables = [output["data"]["text/html"] for output in self.output.outputs]
        self.assertIn("%%send_to_spark", tables[0])
        self.assertIn("%%matplot", tables[1])

    def test_settings_that_are_no_json_change_nothing(self) -> None:
        self.start()
        self.run_cell('%%configure -f\n{"executorCores": 2,}')
        self.assertIn("not valid JSON (line 2, column", self.texts()[0])
        self.assertEqual(self.gateway.requests, [])

    def test_an_interrupt_cancels(self) -> None:
        self.start()

        def drive(statement: dict[str, Any]) -> None:
            self.gateway.say(statement, "working\n")
            self.shown("working")
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

        self.hold(drive)
        self.run_cell("%%spark\nwork()")
        self.assertIn("POST /sessions/1/statements/2/cancel", self.gateway.requests)
        self.assertEqual(self.gateway.statements[-1]["state"], "cancelled")
        self.assertNotIn("working", "".join(self.texts()))
        self.assertIn("Interrupted by user", "".join(self.texts()))

    def test_a_dead_session_says_why(self) -> None:
        self.start()
        self.gateway.session_state = "dead"
        self.run_cell("%%spark\n1")
        self.assertIn("unexpectedly reached final status 'dead'", self.texts()[0])
        self.assertIn("the driver ran out of memory", self.texts()[0])
        self.assertEqual(sum(request.startswith("POST") for request in self.gateway.requests), 1)

    def test_another_gateway_is_asked_as_sparkmagic_asks(self) -> None:
        self.start(extended=False)

        def drive(statement: dict[str, Any]) -> None:
            self.gateway.say(statement, "not told", progress=0.5)
            self.shown("50%")
            self.gateway.end(statement, text_of("said"))

        self.hold(drive)
        self.run_cell("%%spark\nwork()")
        self.assertEqual(self.texts(), ["said"])
        at = "/sessions/1/statements"
        self.assertEqual(self.gateway.requests[:3], ["GET /sessions/1", f"POST {at}", f"GET {at}/2"])
        self.assertNotIn("output", "".join(self.gateway.requests))

    def test_looking_at_sessions_does_not_keep_them_alive(self) -> None:
        self.open_notebook(livy_server_heartbeat_timeout_seconds=60)
        threads = threading.active_count()
        self.run_cell("%%info\n ")
        self.assertIn("<td>app-1</td>", self.output.outputs[-1]["data"]["text/html"])
        self.assertLessEqual(threading.active_count(), threads + 1, "one connection, no heartbeat")

    def test_the_other_magics_work(self) -> None:
        self.start()
        picture = {"image/png": "iVBORw0KGgo="}
        output = {"status": "ok", "execution_count": 0, "data": picture}
        self.gateway.on_statement = lambda statement: self.gateway.end(statement, output)
        for cell, code in (
            ("%matplot plt", "%matplot plt"),
            ("%%matplot plt\nplt.plot()\n", "plt.plot()\n%matplot plt"),
        ):
            self.run_cell(cell)
            self.assertEqual(self.gateway.statements[-1]["code"], code)
            self.assertIn("image/png", self.output.outputs[0]["data"])
        self.gateway.on_statement = lambda statement: None
        self.shell.user_ns["words"] = "it's"
        self.run_cell("%%send_to_spark -i words -n remote\n ")
        self.assertEqual(self.gateway.statements[-1]["code"], 'remote = "it\'s"')
        self.assertEqual(self.texts(), ["Successfully passed 'words' as 'remote' to Spark kernel"])


if __name__ == "__main__":
    unittest.main()
