import unittest

from emberlab_jupyter.completion import Completer, Found

from .cells import CellTest


class CompletionTest(CellTest):
    def complete(self, code: str) -> Found | None:
        """With the cursor where the code has a ``|``."""
        cursor = code.index("|")
        return Completer(self.magics).complete(code.replace("|", ""), cursor)

    def start(self, extended: bool = True) -> None:
        self.open_notebook(extended)
        self.run_cell("%%spark\nspark")

    def test_magics_are_known_here(self) -> None:
        self.open_notebook()
        self.assertEqual(self.complete("%%sp|"), Found(0, 4, ["%%spark"]))
        self.assertEqual(self.complete("%%s|"), Found(0, 3, ["%%send_to_spark", "%%spark", "%%sql"]))
        self.assertEqual(self.complete("%%l|\nx"), Found(0, 3, ["%%local", "%%logs"]))
        self.assertEqual(self.complete("%m|"), Found(0, 2, ["%matplot"]))
        everything = self.complete("%|")
        self.assertIn("%%sql", everything.names if everything else [])
        self.assertFalse([name for name in everything.names if "_do_not" in name] if everything else [])
        self.assertEqual(self.complete("x = 1\n%j|"), Found(6, 8, ["%json"]))
        self.assertEqual(self.gateway.questions, [])

    def test_code_is_completed_by_the_session(self) -> None:
        self.start()
        self.gateway.completion = {"candidates": ["version", "versionInfo"], "start": 6, "end": 9}
        self.assertEqual(self.complete("spark.ver|\nx"), Found(6, 9, ["version", "versionInfo"]))
        self.assertEqual(self.gateway.questions, [{"code": "spark.ver\nx", "cursor": 9, "kind": "pyspark"}])

    def test_the_body_of_a_magic_is_code(self) -> None:
        self.start()
        self.gateway.completion = {"candidates": ["SELECT"], "start": 0, "end": 3}
        self.assertEqual(self.complete("%%sql -o 🙂\nsel|"), Found(11, 14, ["SELECT"]))
        self.assertEqual(self.gateway.questions[-1], {"code": "sel", "cursor": 3, "kind": "sql"})
        self.assertEqual(self.complete("%%spark -o x\nsel|"), Found(13, 16, ["SELECT"]))
        self.assertEqual(self.gateway.questions[-1]["kind"], "pyspark")
        self.assertEqual(self.complete("%%sql -o na|\nsel"), Found(11, 11))
        self.assertEqual(len(self.gateway.questions), 2)

    def test_local_code_is_completed_here(self) -> None:
        self.start()
        self.assertIsNone(self.complete("%%local\nimport o|"))
        self.assertIsNone(self.complete("%%local\n%m|"))
        self.assertEqual(self.gateway.questions, [])

    def test_nothing_is_known_without_a_session_or_an_answer(self) -> None:
        self.open_notebook()
        self.assertEqual(self.complete("spark.|"), Found(6, 6))
        self.start()
        self.assertEqual(self.complete("spark.|"), Found(6, 6))
        self.start(extended=False)
        self.assertEqual(self.complete("spark.|"), Found(6, 6))
        self.gateway.close()
        self.assertEqual(self.complete("spark.|"), Found(6, 6))

    def test_candidates_without_a_place_stand_for_the_word(self) -> None:
        self.start()
        self.gateway.completion = {"candidates": ["version"], "start": None, "end": None}
        self.assertEqual(self.complete("spark.ver|"), Found(6, 9, ["version"]))
        self.gateway.completion["candidates"] = ["sion"]
        self.assertEqual(self.complete("spark.ver|"), Found(9, 9, ["sion"]))

    def test_code_is_inspected_by_the_session(self) -> None:
        self.start()
        self.gateway.inspected = "Type: int"
        inspect = Completer(self.magics).inspect
        self.assertEqual(inspect("x", 1), "Type: int")
        self.assertEqual(inspect("%%sql -q\nSELECT", 12), "Type: int")
        self.assertEqual(self.gateway.questions[-1], {"code": "SELECT", "cursor": 3, "kind": "sql"})
        self.gateway.inspected = None
        self.assertEqual(inspect("x", 1), "")
        self.assertIsNone(inspect("%%local\nx", 9))

    def test_a_magic_is_inspected_without_a_session(self) -> None:
        self.open_notebook()
        inspect = Completer(self.magics).inspect
        self.assertIn("--maxrows", inspect("%%sql -n 5\nSELECT 1", 4) or "")
        self.assertEqual(inspect("x", 1), "")


if __name__ == "__main__":
    unittest.main()
