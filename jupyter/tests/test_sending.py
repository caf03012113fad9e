import datetime
import decimal
import json
import unittest

import pandas as pd
from sparkmagic.livyclientlib.exceptions import BadUserDataException
from sparkmagic.livyclientlib.sendpandasdftosparkcommand import SendPandasDfToSparkCommand
from sparkmagic.livyclientlib.sendstringtosparkcommand import SendStringToSparkCommand

from emberlab_jupyter.sending import code_to_send, rows_of

KINDS = ("pyspark", "spark", "sparkr")


class SendingTest(unittest.TestCase):
    def test_columns_keep_their_order_and_their_types(self) -> None:
        frame = pd.DataFrame(
            {
                "b": pd.array([1, None], dtype="Int64"),
                "a": [0.5, None],
                "flag": [True, False],
                "day": [datetime.date(2024, 2, 29), None],
                "at": pd.to_datetime(["2024-02-29T12:00:00", None]),
                "price": [decimal.Decimal("1.10"), None],
                "list": [[1, 2], None],
                "kind": pd.Categorical(["x", None]),
                "it's `odd`": ["é", '\n"\\'],
            }
        )
        schema, lines = rows_of(frame)
        self.assertEqual(
            schema,
            "`b` BIGINT, `a` DOUBLE, `flag` BOOLEAN, `day` DATE, `at` TIMESTAMP, `price` DECIMAL(3, 2), "
            "`list` ARRAY<BIGINT>, `kind` STRING, `it's ``odd``` STRING",
        )
        self.assertEqual(
            json.loads(lines[0]),
            {
                "b": 1,
                "a": 0.5,
                "flag": True,
                "day": "2024-02-29",
                "at": "2024-02-29T12:00:00",
                "price": "1.10",
                "list": [1, 2],
                "kind": "x",
                "it's `odd`": "é",
            },
        )
        self.assertTrue(all(line.isascii() and "\n" not in line for line in lines))

    def test_what_spark_has_no_type_for_is_text(self) -> None:
        schema, lines = rows_of(pd.DataFrame({"mixed": [1, "x", None], "nothing": [None, None, None]}))
        self.assertEqual(schema, "`mixed` STRING, `nothing` STRING")
        self.assertEqual([json.loads(line)["mixed"] for line in lines], ["1", "x", None])

    def test_as_many_rows_are_sent_as_are_asked_for(self) -> None:
        command = SendPandasDfToSparkCommand("frame", pd.DataFrame({"n": range(9)}), "remote", 2)
        for kind in KINDS:
            code = code_to_send(command, kind)
            self.assertIn("remote", code)
            self.assertEqual(
                sum(f'"n\\": {number}' in code or f'"n": {number}' in code for number in range(9)), 2, code
            )

    def test_long_texts_fit_into_compiled_code(self) -> None:
        frame = pd.DataFrame({"text": ["x" * 100_000]})
        code = code_to_send(SendPandasDfToSparkCommand("frame", frame, "remote", 9), "spark")
        self.assertLess(max(map(len, code.split('"'))), 65_535)
        text = code_to_send(SendStringToSparkCommand("text", "y" * 100_000, "remote"), "spark")
        self.assertLess(max(map(len, text.split('"'))), 65_535)

    def test_what_can_not_be_sent_is_a_sentence(self) -> None:
        twice = pd.DataFrame([[1, 2]], columns=["a", "a"])
        for value, name, words in (
            (twice, "remote", "same name"),
            ("text", "remote", "not a DataFrame of pandas"),
            (pd.DataFrame(), "1x", "can't be the name"),
        ):
            with self.assertRaisesRegex(BadUserDataException, words):
                code_to_send(SendPandasDfToSparkCommand("frame", value, name, 9), "pyspark")


if __name__ == "__main__":
    unittest.main()
