"""`composer label`: rows are queued from a table or the data, the status told by person, and labels made data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from composer.labelling.rating import rate, skip
from composer.labelling.rows import waiting_rows
from composer.registry.datasets import current_dataset
from library.database import Database
from tests import small
from tests.composer.cli.conftest import Run

ROWS = "query,text,score,source\n" + "".join(f"When is breakfast {n}?,From {n} on,,mail\n" for n in range(12))


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "rows.csv"
    path.write_text(f"{ROWS}Is it loud?,No,2,mail\n")
    return str(path)


def rated(database: Database, *people: str) -> None:
    with database.session() as session:
        for row in waiting_rows(session, "small"):
            for number, name in enumerate(people):
                rate(session, row.id or 0, 1 + ((row.id or 0) + number) % 5, by=name, at=small.NOW)


def test_rows_of_a_table_are_queued_with_the_columns_that_are_guessed(
    filled: Database, run: Run, file: str
) -> None:
    shown = run("label", "queue", "small", file).output
    assert "document: text (guessed)" in shown
    assert "Not queued: 1 of 13 rows have a label in score" in shown
    assert "12 examples queued for small, each for one person to rate" in shown
    again = run("label", "queue", "small", file, "--raters", "2").output
    assert "0 examples queued" in again
    assert "12 rows waited already" in again
    with filled.session() as session:
        assert waiting_rows(session, "small")[0].content["extras"] == {"source": "mail"}


def test_a_table_whose_rows_all_have_labels_is_to_be_imported(filled: Database, run: Run, tmp_path: Path) -> None:
    assert filled
    (tmp_path / "all.csv").write_text("query,text,score\na question,an answer,2\n")
    done = run("label", "queue", "small", str(tmp_path / "all.csv"))
    assert (done.exit_code, "composer data import small" in done.output) == (1, True)


def test_doubtful_examples_are_queued_and_what_they_are_chosen_by_is_told(submitted: Database, run: Run) -> None:
    assert "Chosen because few people rated it" in run("label", "queue", "small", "--doubtful", "3").output
    shown = run("label", "queue", "small", "--doubtful", "2", "--by", "prompts").output
    assert "the prompts that were measured miss its label" in shown
    assert "flatter these prompts" in shown
    assert (
        "nothing is doubtful by 'mood'" in run("label", "queue", "small", "--doubtful", "2", "--by", "mood").output
    )
    assert "nothing is named" in run("label", "queue", "small").output


def test_the_status_tells_who_did_how_much_and_how_well_they_agree(filled: Database, run: Run, file: str) -> None:
    assert "nothing waits to be labelled" in run("label", "status", "small").output
    run("label", "queue", "small", file, "--raters", "2")
    rated(filled, "Uma (local)", "Ravi (local)")
    with filled.session() as session:
        skip(session, 3, by="Ravi (local)", at=small.NOW)
    shown = run("label", "status", "small").output
    assert "12 examples wait" in shown
    assert "rated by as many people as asked for: 11; by anybody: 12" in shown
    assert "of the first 10 examples with two ratings" in shown
    assert "composer label apply small" in shown
    found = json.loads(run("label", "status", "small", "--json").stdout)
    assert found["people"] == [
        {"name": "Ravi (local)", "rated": 11, "skipped": 1, "here": True},
        {"name": "Uma (local)", "rated": 12, "skipped": 0, "here": True},
    ]
    assert len(found["alpha"]) == 3


def test_what_applying_changes_is_shown_before_it_is_stored(submitted: Database, run: Run, file: str) -> None:
    run("label", "queue", "small", file)
    run("label", "queue", "small", "--doubtful", "3")
    assert "no example of the queue can become data" in run("label", "apply", "small", "--yes").output
    rated(submitted, "Uma (local)")
    for how in (("--dry-run",), ()):
        shown = run("label", "apply", "small", *how)
        assert "new examples: 12" in shown.output
        assert "1 of this task's candidates rest on the data of now and become stale" in shown.output
        assert (shown.exit_code, "there is no terminal to ask at" in shown.output) == (
            (0, False) if how else (1, True)
        )
    with submitted.session() as session:
        assert len(current_dataset(session, "small").examples) == 32
    assert "Data of small stored" in run("label", "apply", "small", "--yes").output
    with submitted.session() as session:
        assert len(current_dataset(session, "small").examples) == 44
    assert run("audit", "verify").exit_code == 0


def test_closing_needs_a_reason(filled: Database, run: Run, file: str) -> None:
    assert filled
    run("label", "queue", "small", file)
    assert "needs a reason" in run("label", "close", "small").output
    assert "12 examples of small wait no more" in run("label", "close", "small", "--reason", "Wrong file.").output
