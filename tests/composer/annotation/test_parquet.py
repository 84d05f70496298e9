"""Parquet a batch at a time: columns keep their types, and a damaged file is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from composer.annotation.parquet import ParquetFile
from composer.annotation.rows import Added, Columns
from library.errors import Refused

TABLE = pa.table(
    {
        "text": pa.array([f"t {number}" for number in range(7)]),
        "number": pa.array([None, *range(6)], pa.int32()),
        "at": pa.array([datetime(2026, 1, 1, tzinfo=UTC)] * 7, pa.timestamp("us", tz="UTC")),
        "tags": pa.array([["a"], [], None, ["b", "c"], [], [], []]),
    }
)


def written(tmp_path: Path, table: pa.Table = TABLE) -> Path:
    parquet.write_table(table, tmp_path / "in.parquet", row_group_size=3)
    return tmp_path / "in.parquet"


def test_rows_come_in_batches_and_are_counted_from_1(tmp_path: Path) -> None:
    file = ParquetFile(written(tmp_path))
    assert file.columns == ("text", "number", "at", "tags")
    found = [row for batch in file.batches(2) for row in batch.rows]
    assert [one.place for one in found] == list(range(1, 8))
    assert [one.cells["text"] for one in found] == [f"t {number}" for number in range(7)]


def test_columns_keep_their_types_beside_the_answers(tmp_path: Path) -> None:
    file = ParquetFile(written(tmp_path))
    writer = file.writer(tmp_path / "out.parquet", Columns("rating", "ordinal"))
    for batch in file.batches(4):
        writer.write(batch, [Added(0, 3, "stop"), Added(len(batch.rows) - 1, None, "length")])
    writer.close()
    found = parquet.read_table(tmp_path / "out.parquet")
    kept = TABLE.take([0, 3, 4, 6])
    assert found.select(TABLE.column_names).equals(kept)
    assert found["rating"].to_pylist() == [3, None, 3, None]
    assert found["rating_valid"].to_pylist() == [True, False, True, False]
    assert found.schema.field("rating").type == pa.int64()


def test_a_file_without_rows_has_columns_and_no_batch(tmp_path: Path) -> None:
    file = ParquetFile(written(tmp_path, TABLE.slice(0, 0)))
    assert file.columns[0] == "text"
    assert list(file.batches(2)) == []


@pytest.mark.parametrize("content", [b"", b"PAR1", b"id,text\n1,a\n"])
def test_what_is_no_parquet_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "in.parquet").write_bytes(content)
    with pytest.raises(Refused, match="not a Parquet file that can be read"):
        ParquetFile(tmp_path / "in.parquet")


def test_a_file_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(Refused, match="not a Parquet file that can be read"):
        ParquetFile(path)


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    with pytest.raises(Refused, match="the column appears twice"):
        ParquetFile(written(tmp_path, table))
