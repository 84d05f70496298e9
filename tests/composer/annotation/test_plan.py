"""What a file takes, before anything is asked: columns found or missing, rows counted, labels checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from composer.annotation.plan import Plan, plan_annotation
from composer.data.columns import ColumnMap
from library.database import Database
from library.errors import Refused


def planned(database: Database, tmp_path: Path, content: str, file: str = "in.csv", **changes: Any) -> Plan:
    source = tmp_path / file
    source.write_text(content)
    asked = ColumnMap(**{"inputs": {}, **changes.pop("columns", {})})
    with database.session() as session:
        return plan_annotation(
            session, "small", "tiny", source, tmp_path / f"out{source.suffix}", asked, **changes
        )


def test_columns_are_guessed_or_named(released: Database, tmp_path: Path) -> None:
    found = planned(released, tmp_path, "Query,Document\na,b\n")
    assert dict(found.columns.inputs) == {"query": "Query", "document": "Document"}
    named = {"inputs": {"query": "asked", "document": "given"}}
    assert planned(released, tmp_path, "asked,given\na,b\n", columns=named).rows == 1


def test_a_column_that_is_missing_is_named_with_those_there_are(released: Database, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="document") as refused:
        planned(released, tmp_path, "query,other,more\na,b,c\n")
    assert refused.value.fix.startswith("The columns are query, other, more; name them: --column INPUT=COLUMN")
    with pytest.raises(Refused, match="stars is no column"):
        planned(released, tmp_path, "query,document\na,b\n", columns={"gold": "stars"})


@pytest.mark.parametrize("content", ["query,document\n", "query,document\n\n\n", 'query,document\n"a\n'])
def test_a_file_without_a_row_that_can_be_read_is_refused(
    released: Database, tmp_path: Path, content: str
) -> None:
    with pytest.raises(Refused, match="no row of the file can be read"):
        planned(released, tmp_path, content)


def test_rows_of_one_id_are_rows_each(released: Database, tmp_path: Path) -> None:
    found = planned(released, tmp_path, "id,query,document\n1,a,b\n1,a,c\n1,a,b\n")
    assert (found.rows, found.different) == (3, 2)


@pytest.mark.parametrize("name", ["rating", "rating_valid", "rating_finish_reason"])
def test_a_column_of_the_answers_name_is_not_written_over(released: Database, tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused, match=f"has a column {name} already"):
        planned(released, tmp_path, f"query,document,{name}\na,b,c\n")
    found = planned(released, tmp_path, f"query,document,{name}\na,b,c\n", name="said")
    assert found.added.names == ("said", "said_valid", "said_finish_reason")


def test_a_column_that_only_a_later_row_has_is_not_written_over_either(released: Database, tmp_path: Path) -> None:
    lines = '{"query":"a","document":"b"}\n' * 3 + '{"query":"a","document":"b","rating":1}\n'
    with pytest.raises(Refused, match="has a column rating already"):
        planned(released, tmp_path, lines, "in.jsonl")


def test_labels_off_the_scale_are_all_named(released: Database, tmp_path: Path) -> None:
    rows = "".join(f"a,b {place},{9 if place in (3, 7) else 2}\n" for place in range(120))
    with pytest.raises(Refused) as refused:
        planned(released, tmp_path, f"query,document,stars\n{rows}", columns={"gold": "stars"})
    assert "line 5" in str(refused.value)
    assert "line 9" in str(refused.value)


def test_what_can_be_asked_is_counted_apart_from_what_cannot(released: Database, tmp_path: Path) -> None:
    found = planned(released, tmp_path, "query,document\na,b\n,b\na\na,c\n")
    assert (found.rows, found.malformed, found.cost.answers) == (2, 2, 2)
