import json
import sys
import unittest
from typing import Any
from unittest import mock

import pandas as pd
import pyarrow as pa

from emberlab_jupyter.rows import ARROW_TYPE

from .cells import CellTest
from .fake_gateway import text_of

TABLE = pa.table({"n": pa.array([1, None], pa.int64()), "code": ["007", "008"]})


def stream_of(table: pa.Table, rows_at_once: int | None = None) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, rows_at_once)
    return sink.getvalue().to_pybytes()


class RowsTest(CellTest):
    def start(self, **settings: Any) -> None:
        self.open_notebook(use_auto_viz=False, **settings)
        self.run_cell("%%spark\nspark")
        self.gateway.streams = [stream_of(TABLE)]
        self.gateway.on_statement = self.answer
        self.gateway.requests.clear()

    def answer(self, statement: dict[str, Any]) -> None:
        output = text_of("2 rows")
        output["data"][ARROW_TYPE] = {"rows": 2, "bytes": 100, "columns": []}
        lines = '{"n":1,"code":"007"}\n{"code":"008"}'
        self.gateway.end(statement, output if statement["kind"] == "arrow" else text_of(lines))

    def order(self) -> Any:
        return json.loads(self.gateway.statements[-1]["code"])

    def frame(self, name: str) -> pd.DataFrame:
        return self.shell.user_ns[name]

    def test_a_query_comes_with_its_types(self) -> None:
        self.start()
        self.run_cell('%%sql -o found\nselect "\\" \'%s\' """')
        self.assertEqual(self.gateway.statements[-1]["kind"], "arrow")
        query = 'select "\\" \'%s\' """\n'
        self.assertEqual(self.order(), {"sql": query, "method": "take", "rows": 2500})
        self.assertEqual(self.frame("found").dtypes.astype(str).to_dict(), {"n": "Int64", "code": "object"})
        self.assertEqual(self.frame("found")["code"].tolist(), ["007", "008"])
        self.assertIn("007", "".join(self.texts()))
        at = "/sessions/1/statements"
        self.assertEqual(
            self.gateway.requests, [f"POST {at}", f"GET {at}/2/output?from=0", f"GET {at}/2", f"GET {at}/2/arrow"]
        )

    def test_limits_and_quiet(self) -> None:
        self.start()
        self.run_cell("%%sql -q -o found -n 7\nselect 1")
        self.assertEqual(self.order()["rows"], 7)
        self.assertEqual(self.output.outputs, [])
        self.run_cell("%%sql -m sample -r 0.5 -n -1\nselect 1")
        self.assertEqual(self.order(), {"sql": "select 1\n", "method": "sample", "rows": None, "fraction": 0.5})

    def test_a_variable_comes_after_its_cell(self) -> None:
        self.start()
        self.run_cell("%%spark -o found -n 3\nfound = spark.range(2)")
        self.assertEqual([one["kind"] for one in self.gateway.statements[-2:]], [None, "arrow"])
        self.assertEqual(self.order(), {"variable": "found", "kind": "pyspark", "method": "take", "rows": 3})
        self.assertEqual(len(self.frame("found")), 2)

    def test_text_becomes_numbers_only_on_demand(self) -> None:
        self.start()
        self.run_cell("%%sql -o found -c true\nselect 1")
        self.assertEqual(self.frame("found")["code"].tolist(), [7, 8])

    def test_a_query_that_fails_says_why(self) -> None:
        self.start()
        trace = ["at the driver\n"]
        output = {"status": "error", "ename": "AnalysisException", "evalue": "no such table", "traceback": trace}
        self.gateway.on_statement = lambda statement: self.gateway.end(statement, output)
        self.run_cell("%%sql -o found\nselect * from t")
        self.assertEqual(self.texts(), ["no such table\nat the driver\n"])
        self.assertNotIn("found", self.shell.user_ns)

    def test_a_stream_that_breaks_off_is_asked_for_again(self) -> None:
        self.start()
        whole = stream_of(TABLE, 1)
        one_batch = whole[: len(stream_of(TABLE.slice(0, 1), 1)) - 8]
        self.gateway.streams = [whole[:40], one_batch, whole]
        self.run_cell("%%sql -o found\nselect 1")
        self.assertEqual(len(self.frame("found")), 2)
        self.gateway.streams = [one_batch]
        self.run_cell("%%sql -o lost\nselect 1")
        self.assertIn("2 rows could not be fetched (1 came)", self.texts()[0])
        self.assertNotIn("lost", self.shell.user_ns)

    def check_lines(self) -> None:
        self.run_cell("%%sql -o found\nselect 1")
        self.assertIsNone(self.gateway.statements[-1]["kind"])
        self.assertIn("toJSON", self.gateway.statements[-1]["code"])
        self.assertEqual(self.frame("found")["code"].tolist(), [7, 8])

    def test_lines_of_json_bring_the_rows_to_another_gateway(self) -> None:
        self.start(extended=False)
        self.check_lines()
        self.assertNotIn("arrow", [one["kind"] for one in self.gateway.statements])

    def test_lines_of_json_bring_the_rows_where_the_gateway_refuses(self) -> None:
        self.start()
        self.gateway.kinds = [None]
        self.check_lines()
        self.assertEqual(self.gateway.refused, 1)

    def test_lines_of_json_bring_the_rows_that_arrow_can_not(self) -> None:
        for ename, evalue in (
            ("InterpreterError", "Fail to start interpreter"),
            ("UnsupportedOperationException", '[UNSUPPORTED_ARROWTYPE] Unsupported arrow type "INTERVAL".'),
        ):
            with self.subTest(ename):
                self.start()
                error = {"status": "error", "ename": ename, "evalue": evalue, "traceback": []}
                self.gateway.on_statement = lambda statement, error=error: (
                    self.gateway.end(statement, error) if statement["kind"] else self.answer(statement)
                )
                self.check_lines()
                self.assertEqual([one["kind"] for one in self.gateway.statements[-2:]], ["arrow", None])

    def test_lines_of_json_bring_the_rows_without_pyarrow(self) -> None:
        self.start()
        with mock.patch.dict(sys.modules, {"emberlab_jupyter.frames": None, "pyarrow": None}):
            self.check_lines()


if __name__ == "__main__":
    unittest.main()
