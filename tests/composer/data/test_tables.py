"""Tables of every kind of file come to the same records."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import ipc, parquet

from composer.data.files import read_records
from composer.data.readers import read_table
from composer.task.task import Task
from library.errors import Refused

Make = Callable[..., Task]
ROWS = [
    {
        "id": "0012",
        "query": 'the "first", he said; twice',
        "document": "um\nacht",
        "gold": "3",
        "site": "a\tb",
    },
    {"id": "0013", "query": "who", "document": "me", "gold": "4", "site": ""},
]
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
BOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="labels" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
LINKS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/></Relationships>'
)


def delimited(separator: str) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(ROWS[0]), delimiter=separator)
    writer.writeheader()
    writer.writerows(ROWS)
    return text.getvalue().encode()


def sheet() -> bytes:
    """Make a workbook whose ids are text and whose ratings are numbers, below an empty row."""

    def cell(name: str, value: str) -> str:
        escaped = value.replace("&", "&amp;").replace('"', "&quot;")
        return (
            f"<c><v>{value}</v></c>"
            if name == "gold" and value.isdigit()
            else (f'<c t="inlineStr"><is><t xml:space="preserve">{escaped}</t></is></c>')
        )

    lines = [{name: name for name in ROWS[0]}, *ROWS]
    rows = "".join(
        f'<row r="{number}">{"".join(cell(*one) for one in line.items())}</row>'
        for number, line in enumerate(lines, 2)
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("xl/workbook.xml", BOOK)
        file.writestr("_rels/.rels", LINKS.format("officeDocument", "xl/workbook.xml"))
        file.writestr("xl/_rels/workbook.xml.rels", LINKS.format("worksheet", "worksheets/sheet1.xml"))
        file.writestr("xl/worksheets/sheet1.xml", SHEET.format(rows))
    return made.getvalue()


def parquet_file() -> bytes:
    made = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist([{**row, "gold": float(row["gold"])} for row in ROWS]), made)
    return made.getvalue()


def arrow_file() -> bytes:
    made = io.BytesIO()
    table = pa.Table.from_pylist(ROWS)
    with ipc.new_stream(made, table.schema) as stream:
        stream.write_table(table)
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rows.csv", delimited(",")),
        ("rows.csv", delimited(";")),
        ("rows.csv", delimited("|")),
        ("rows.tsv", delimited("\t")),
        ("rows.txt", delimited("\t")),
        ("rows.json", json.dumps(ROWS).encode()),
        ("rows.json", json.dumps({"version": 1, "data": ROWS}, indent=1).encode()),
        ("rows.json", b"\n".join(json.dumps(row).encode() for row in ROWS)),
        ("rows.jsonl", b"\n".join(json.dumps(row).encode() for row in ROWS)),
        ("rows.parquet", parquet_file()),
        ("rows.arrow", arrow_file()),
        ("rows.xlsx", sheet()),
    ],
)
def test_a_file_of_any_kind_comes_to_the_same_records(
    tmp_path: Path, imported: Make, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    first, second = read_records(tmp_path / name, imported())
    assert (first.id, first.gold, first.extras) == ("0012", 3.0, {"site": "a\tb"})
    assert first.inputs == {"query": ROWS[0]["query"], "document": "um\nacht"}
    assert (second.id, second.extras) == ("0013", {})


def test_a_carriage_return_alone_tears_no_row(tmp_path: Path, imported: Make) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b'query,document,gold\na\rb,c,3\n"d\r",e,4\r\nf,g,5\r\r\n')
    records = read_records(path, imported())
    assert [one.inputs["query"] for one in records] == ["a\rb", "d\r", "f"]
    assert [one.gold for one in records] == [3, 4, 5]
    path.write_bytes(b"query,document,gold\ra,b,3\rc,d,4\r")
    assert [one.gold for one in read_records(path, imported())] == [3, 4]


def test_where_semicolons_separate_a_comma_may_stand_in_a_number(tmp_path: Path, imported: Make) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("query;document;gold\na;b;4,5\n")
    assert read_records(path, imported())[0].gold == 4.5
    path.write_text('query,document,gold\na,b,"4,5"\n')
    with pytest.raises(Refused, match="not a number"):
        read_records(path, imported())


def test_columns_without_a_name_are_kept_by_their_place_where_they_hold_anything(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(",query,document,gold,\n0,a,b,3,\n")
    assert read_table(path).columns == ("column 1", "query", "document", "gold")


def test_a_saved_hugging_face_data_set_has_its_splits_and_the_names_of_its_classes(
    tmp_path: Path, polarity: Task
) -> None:
    folder = tmp_path / "saved"
    features = {"text": {"_type": "Value"}, "label": {"_type": "ClassLabel", "names": ["negative", "positive"]}}
    about = {b"huggingface": json.dumps({"info": {"features": features}}).encode()}
    for split, labels in (("train", [0, 1]), ("validation", [1])):
        (folder / split).mkdir(parents=True)
        table = pa.table({"text": [f"{split} {one}" for one in labels], "label": labels})
        table = table.replace_schema_metadata(about)
        with ipc.new_stream(str(folder / split / "data-00000-of-00001.arrow"), table.schema) as stream:
            stream.write_table(table)
        listed = {"_data_files": [{"filename": "data-00000-of-00001.arrow"}]}
        (folder / split / "state.json").write_text(json.dumps(listed))
    (folder / "dataset_dict.json").write_text(json.dumps({"splits": ["train", "validation"]}))
    records = read_records(folder, polarity)
    assert [one.gold for one in records] == ["negative", "positive", "positive"]
    assert [one.extras["split"] for one in records] == ["train", "train", "validation"]


def test_the_files_of_a_data_set_from_the_hub_are_read_together(tmp_path: Path, imported: Make) -> None:
    (tmp_path / "data").mkdir()
    for number, row in enumerate(ROWS):
        parquet.write_table(
            pa.Table.from_pylist([row]), tmp_path / "data" / f"train-0000{number}-of-00002.parquet"
        )
    assert [one.id for one in read_records(tmp_path, imported())] == ["0012", "0013"]


@pytest.mark.parametrize("name", ["rows.parquet", "rows.arrow", "rows.xlsx", "rows.json", "rows.zip"])
def test_what_is_not_such_a_file_is_refused(tmp_path: Path, imported: Make, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(Refused):
        read_records(tmp_path / name, imported())
    with pytest.raises(Refused):
        read_records(tmp_path / "missing" / name, imported())
    (tmp_path / "empty").mkdir()
    with pytest.raises(Refused, match="holds no table"):
        read_records(tmp_path / "empty", imported())


def test_ten_thousand_columns_are_refused_at_once(tmp_path: Path, imported: Make) -> None:
    (tmp_path / "rows.jsonl").write_text(json.dumps({f"c{number}": 1 for number in range(10_000)}) + "\n")
    with pytest.raises(Refused, match="10,000 columns"):
        read_records(tmp_path / "rows.jsonl", imported())


def test_the_files_in_an_archive_are_read_together_and_named_by_it(tmp_path: Path, imported: Make) -> None:
    with zipfile.ZipFile(tmp_path / "rows.zip", "w") as archive:
        for number, row in enumerate(ROWS):
            archive.writestr(f"part-0000{number}-of-00002.jsonl", json.dumps(row))
        archive.writestr("elsewhere/rows.jsonl", "passed over")
    assert [one.id for one in read_records(tmp_path / "rows.zip", imported())] == ["0012", "0013"]
    with zipfile.ZipFile(tmp_path / "rows.zip", "a") as archive:
        archive.writestr("rest.jsonl", "{")
    with pytest.raises(Refused, match=r"rows\.zip, row 3"):
        read_records(tmp_path / "rows.zip", imported())


def test_an_object_of_columns_and_one_of_rows_by_id_are_tables(tmp_path: Path) -> None:
    columns = {name: [row[name] for row in ROWS] for name in ROWS[0]}
    for held in (columns, {row["id"]: row for row in ROWS}):
        (tmp_path / "rows.json").write_text(json.dumps(held))
        assert [row for _, row in read_table(tmp_path / "rows.json").rows] == ROWS


def test_a_label_alone_in_a_list_is_one_and_several_are_refused(tmp_path: Path, polarity: Task) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "a", "label": ["positive"]}\n{"text": "b", "label": ["negative"]}\n')
    assert [one.gold for one in read_records(path, polarity)] == ["positive", "negative"]
    path.write_text('{"text": "a", "label": ["positive", "negative"]}\n')
    with pytest.raises(Refused, match=r"several answers at once.*: positive, negative"):
        read_records(path, polarity)


@pytest.mark.parametrize("held", ["{", "[]", "{}", '{"_data_files": 3}', '{"_data_files": [3]}'])
def test_a_saved_data_set_that_does_not_list_its_files_is_refused(tmp_path: Path, held: str) -> None:
    (tmp_path / "state.json").write_text(held)
    with pytest.raises(Refused):
        read_table(tmp_path)


def test_an_arrow_file_with_damaged_text_is_refused(tmp_path: Path, imported: Make) -> None:
    path = tmp_path / "rows.arrow"
    path.write_bytes(arrow_file().replace(b"acht", b"ac\xed\xff"))
    with pytest.raises(Refused, match="not an Arrow file"):
        read_records(path, imported())
