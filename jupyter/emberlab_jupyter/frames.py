"""A pandas frame from an Arrow stream, with the types of Spark's columns."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import requests
from sparkmagic.livyclientlib.exceptions import HttpClientException
from urllib3.exceptions import HTTPError

#: How often the stream is asked for: it may break off, and the rows are kept for a while.
ATTEMPTS = 3

#: Whole numbers and truth values with gaps: pandas' own types for that, which lose nothing.
NULLABLE = {
    pa.int8(): pd.Int8Dtype(),
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}
#: The first and the last moment that pandas can count in nanoseconds, its usual unit.
FIRST_NS, LAST_NS = pd.Timestamp.min.ceil("us"), pd.Timestamp.max.floor("us")


def read_frame(ask: Callable[[], requests.Response], rows: int) -> pd.DataFrame:
    """The frame of ``rows`` rows that ``ask`` answers with. Raises HttpClientException if they don't come whole."""
    problem = "nothing came"
    for _ in range(ATTEMPTS):
        try:
            with ask() as response:
                if response.status_code != 200:
                    raise HttpClientException(f"The rows are not there any more: {response.text}")
                response.raw.decode_content = True
                with pa.ipc.open_stream(pa.PythonFile(response.raw, mode="r")) as reader:
                    table = reader.read_all()
        except (pa.ArrowInvalid, OSError, requests.RequestException, HTTPError) as error:
            problem = str(error)
            continue
        # A stream that ends between two batches looks like a whole one.
        if table.num_rows == rows:
            return to_frame(table)
        problem = f"{table.num_rows} came"
    raise HttpClientException(f"{rows} rows could not be fetched ({problem}). Please run the cell again.")


def to_frame(table: pa.Table) -> pd.DataFrame:
    """One pandas column for each of the table's, in order; two may have the same name."""
    columns = {index: to_series(column) for index, column in enumerate(table.columns)}
    frame = pd.DataFrame(columns, index=pd.RangeIndex(table.num_rows))
    frame.columns = pd.Index(table.column_names)
    return frame


def to_series(column: pa.ChunkedArray) -> pd.Series:
    """A column of pandas.

    - Numbers and truth values keep their types; with nulls, whole numbers and truth values get pandas' nullable ones.
    - Dates and timestamps are datetimes, those with a zone in it; in nanoseconds, or microseconds where that is too
      narrow.
    - Decimals are ``decimal.Decimal``, text is ``str`` whatever it looks like, binary data are ``bytes``.
    - Arrays are lists, structs and maps are dictionaries. Missing values of all these are None.
    """
    kind = column.type
    if pa.types.is_nested(kind):
        return pd.Series(column.to_pylist(maps_as_pydicts="lossy"), dtype=object)
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return to_datetimes(column)
    if column.null_count and kind in NULLABLE:
        return column.to_pandas(types_mapper=NULLABLE.get)
    return column.to_pandas()


def to_datetimes(column: pa.ChunkedArray) -> pd.Series:
    zone = getattr(column.type, "tz", None)
    moments = column.cast(pa.timestamp("us", zone))
    naive = moments.cast(pa.timestamp("us"))
    ends = pc.min_max(naive.cast(pa.int64())).as_py()
    fits = ends["min"] is None or (ends["min"] >= FIRST_NS.value // 1000 and ends["max"] <= LAST_NS.value // 1000)
    return moments.cast(pa.timestamp("ns" if fits else "us", zone)).to_pandas()
