import datetime
import unittest
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa

from emberlab_jupyter.frames import to_frame


def column(values: list, kind: pa.DataType | None = None) -> pd.Series:
    return to_frame(pa.table({"c": pa.array(values, kind)}))["c"]


class FrameTest(unittest.TestCase):
    def check(self, series: pd.Series, dtype: str, values: list) -> None:
        self.assertEqual(str(series.dtype), dtype)
        self.assertEqual([None if value is pd.NA or value is pd.NaT else value for value in series], values)

    def test_numbers_keep_their_types_and_lose_nothing(self) -> None:
        big = 2**62 + 1
        self.check(column([1, big], pa.int64()), "int64", [1, big])
        self.check(column([1, None, big], pa.int64()), "Int64", [1, None, big])
        self.check(column([1, None], pa.int32()), "Int32", [1, None])
        self.check(column([None, -1], pa.int8()), "Int8", [None, -1])
        self.check(column([1.5, 2.5], pa.float32()), "float32", [1.5, 2.5])
        self.check(column([True, False]), "bool", [True, False])
        self.check(column([True, None]), "boolean", [True, None])
        doubles = column([0.5, None, float("inf")], pa.float64())
        self.assertEqual((str(doubles.dtype), doubles[0], np.isnan(doubles[1])), ("float64", 0.5, True))

    def test_text_stays_text(self) -> None:
        for values in (["007", "1e3"], ["2024-01-01", None], ["", "🙂"]):
            self.check(column(values, pa.string()), "object", values)

    def test_decimals_are_exact(self) -> None:
        values = [Decimal("0.10"), None, Decimal("12345678901234567890.12")]
        self.check(column(values, pa.decimal128(38, 2)), "object", values)

    def test_moments(self) -> None:
        day = datetime.date(2024, 2, 29)
        self.check(column([day, None], pa.date32()), "datetime64[ns]", [pd.Timestamp(day), None])
        self.check(column([None, None], pa.date32()), "datetime64[ns]", [None, None])
        old = column([datetime.date(1, 1, 1), datetime.date(9999, 12, 31)], pa.date32())
        self.assertEqual((str(old.dtype), old[0].year, old[1].year), ("datetime64[us]", 1, 9999))
        moment = datetime.datetime(2024, 1, 2, 3, 4, 5, 678901, tzinfo=datetime.timezone.utc)
        zoned = column([moment, None], pa.timestamp("us", "Europe/Paris"))
        self.check(zoned, "datetime64[ns, Europe/Paris]", [pd.Timestamp(moment), None])
        naive = moment.replace(tzinfo=None)
        self.check(column([naive], pa.timestamp("us")), "datetime64[ns]", [pd.Timestamp(naive)])
        late = column([datetime.datetime(9999, 1, 1, tzinfo=datetime.timezone.utc)], pa.timestamp("us", "UTC"))
        self.assertEqual((str(late.dtype), late[0].year), ("datetime64[us, UTC]", 9999))
        length = datetime.timedelta(days=1, seconds=2)
        self.check(column([length], pa.duration("us")), "timedelta64[us]", [pd.Timedelta(length)])

    def test_nested_values_are_lists_and_dictionaries(self) -> None:
        inner = pa.struct([("a", pa.list_(pa.int64())), ("m", pa.map_(pa.string(), pa.int64()))])
        values = [{"a": [1, None], "m": {"x": 1}}, None]
        self.check(column([{"a": [1, None], "m": [("x", 1)]}, None], inner), "object", values)
        self.check(column([[1, 2], [], None], pa.list_(pa.int32())), "object", [[1, 2], [], None])

    def test_binary_and_nothing(self) -> None:
        self.check(column([b"\x00\xff", None], pa.binary()), "object", [b"\x00\xff", None])
        self.check(column([None, None], pa.null()), "object", [None, None])

    def test_no_rows_and_names_that_are_not_alone(self) -> None:
        empty = to_frame(pa.table({"n": pa.array([], pa.int64()), "s": pa.array([], pa.string())}))
        self.assertEqual((list(empty.columns), len(empty), str(empty["n"].dtype)), (["n", "s"], 0, "int64"))
        twice = to_frame(pa.Table.from_arrays([pa.array([1, 2]), pa.array(["a", "b"])], names=["x", "x"]))
        self.assertEqual((list(twice.columns), twice.iloc[1].tolist()), (["x", "x"], [2, "b"]))
        self.assertEqual(len(to_frame(pa.table({}))), 0)


if __name__ == "__main__":
    unittest.main()
