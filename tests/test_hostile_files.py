"""Files, answers and packs of others are accepted or refused with a reason, quickly and in little memory.

A slice of `python -m tests.fuzzing FOLDER 50000`, and what it found once.
"""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import ipc, parquet

from composer.annotation.opening import opened_rows
from composer.annotation.rows import LONGEST_LINE
from composer.data import tables
from composer.data.drafting import draft
from composer.data.readers import read_table
from composer.models.target import load_target
from composer.task.task import load_task
from library.errors import Refused
from tests.composer.data.test_tables import BOOK, LINKS, SHEET
from tests.fuzzing import fuzz
from tests.mutations import changed
from tests.seeds import zipped


def test_a_slice_of_the_fuzz_raises_nothing_but_refusals(tmp_path: Path) -> None:
    found = fuzz(tmp_path, 300, kinds=["answers", "tables"])
    assert found.faults == []
    assert found.accepted > 0
    assert found.refused > 50


def test_the_same_seed_draws_the_same_inputs() -> None:
    seeds = [b"a: 1\nb: [2, 3]\n", b'{"a": 1}']
    assert changed(seeds, random.Random(3)) == changed(seeds, random.Random(3))
    assert len({changed(seeds, random.Random(number)) for number in range(50)}) > 30


def far_out(path: Path) -> None:
    """Write a workbook of two cells, the first and the last there can be."""
    rows = "".join(
        f'<row r="{row}"><c r="{column}{row}" t="inlineStr"><is><t>a</t></is></c></row>'
        for column, row in (("A", 1), ("XFD", 1048576))
    )
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("xl/workbook.xml", BOOK)
        file.writestr("_rels/.rels", LINKS.format("officeDocument", "xl/workbook.xml"))
        file.writestr("xl/_rels/workbook.xml.rels", LINKS.format("worksheet", "worksheets/sheet1.xml"))
        file.writestr("xl/worksheets/sheet1.xml", SHEET.format(rows))


def of_nothing(path: Path) -> None:
    """Write a stream of lists that hold 300 million nothings, in a few hundred bytes."""
    lists = pa.ListArray.from_arrays(pa.array([0, 300_000_000], pa.int32()), pa.nulls(300_000_000))
    batch = pa.record_batch({"a": lists})
    with ipc.new_stream(path, batch.schema) as stream:
        stream.write_batch(batch)


def repeated(path: Path) -> None:
    """Write a file of one long text 1,000 times over, which is held once."""
    long = pa.DictionaryArray.from_arrays(pa.array([0] * 1_000, pa.int32()), pa.array(["x" * 1_000_000]))
    parquet.write_table(pa.table({"a": long}), path, compression="zstd")


def many_rows(path: Path) -> None:
    """Write a file of a text two million times over."""
    parquet.write_table(pa.table({"a": pa.array(["x"]).take(pa.array([0] * 2_100_000, pa.int32()))}), path)


@pytest.mark.parametrize(
    ("name", "write", "says"),
    [
        ("far.xlsx", far_out, "a cell lies so far out"),
        ("sheet.xlsx", lambda path: path.write_bytes(zipped({"a.xml": b" " * 50_000_000})), "times its size"),
        ("nothing.arrow", of_nothing, "unpacks to more than 400 MB"),
        ("long.parquet", repeated, "unpacks to more than 400 MB"),
        ("rows.parquet", many_rows, "more than 2,000,000 rows"),
        ("zeros.zip", lambda path: path.write_bytes(zipped({"a.csv": b"\n" * 50_000_000})), "times its size"),
        ("wide.csv", lambda path: path.write_bytes(b"a," * 1_000_000), "1,000,001 columns, and 1,000 is the most"),
    ],
)
def test_a_file_that_is_much_more_than_it_looks_is_refused(
    tmp_path: Path, name: str, write: Callable[[Path], object], says: str
) -> None:
    write(tmp_path / name)
    assert (tmp_path / name).stat().st_size < 5_000_000
    with pytest.raises(Refused, match=says):
        read_table(tmp_path / name)


def test_a_file_of_too_many_rows_is_refused_before_it_is_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "LIMIT_ROWS", 1000)
    for content, says in (
        (b"x,y\n" * 1001 + b'"', "more than 1,000 rows of 2 columns"),
        (b"x\n" * 20_000, "10000 problems"),
    ):
        (tmp_path / "in.csv").write_bytes(b"a,b\n" + content)
        with pytest.raises(Refused, match=says):
            read_table(tmp_path / "in.csv").refuse(read_table(tmp_path / "in.csv").problems)


def test_a_damaged_file_in_an_archive_is_refused(tmp_path: Path) -> None:
    whole = bytearray(zipped({"a.csv": b"".join(b"%d,%d\n" % (n, n * n) for n in range(2000))}))
    for at in range(100, 400):
        whole[at] ^= 0x55
    (tmp_path / "in.zip").write_bytes(whole)
    with pytest.raises(Refused, match="not an archive that can be read"):
        read_table(tmp_path / "in.zip")


def test_a_column_whose_name_is_no_text_and_a_time_beyond_any_calendar_are_refused(tmp_path: Path) -> None:
    far = pa.array([2**62], pa.timestamp("us"))
    for table, at in ((pa.table({"columnname": ["x"]}), b"columnname"), (pa.table({"a": far}), b"")):
        parquet.write_table(table, tmp_path / "in.parquet", store_schema=False)
        whole = (tmp_path / "in.parquet").read_bytes()
        (tmp_path / "in.parquet").write_bytes(whole.replace(at, b"\xf5" * len(at)) if at else whole)
        with pytest.raises(Refused, match="not a Parquet file that can be read"):
            read_table(tmp_path / "in.parquet")
        with pytest.raises(Refused, match="not a Parquet file that can be read"):
            list(opened_rows(tmp_path / "in.parquet").batches(10))


@pytest.mark.parametrize("name", ["in.csv", "in.jsonl"])
def test_a_line_too_long_to_be_a_row_is_refused_before_it_fills_the_memory(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b'{"a": "' + b"x" * LONGEST_LINE + b'"}')
    with pytest.raises(Refused, match=r"the line has more than 20,000,000 characters \(.*, line 1\)"):
        opened_rows(tmp_path / name)


def test_ratings_without_end_tell_no_scale(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("text,gold\n" + "".join(f"Some words of text {n},1e999\n" for n in range(20)))
    with pytest.raises(Refused):
        draft("own", read_table(tmp_path / "in.csv"), 'Rate {text}. Answer as {"rating": N}.', "prompt")


@pytest.mark.parametrize("number", ["0x" + "f" * 5000, "1:" * 3000 + "1", "9" * 5000, "1" + ":59" * 300 + ".5"])
def test_a_number_that_nobody_means_is_refused_with_its_line(tmp_path: Path, number: str) -> None:
    for read in (load_task, load_target):
        (tmp_path / "in.yaml").write_text(f"name: x\ntitle: {number}\n")
        with pytest.raises(Refused, match=r"this value can't be read.*line 2"):
            read(tmp_path / "in.yaml")


def test_an_api_that_is_no_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in.yaml").write_text("name: x\nkind: server\nmodel: m\napi: {a: 1}\n")
    with pytest.raises(Refused, match="field api"):
        load_target(tmp_path / "in.yaml")
