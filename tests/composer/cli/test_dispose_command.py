"""`composer dispose` and `composer reject-label`: what becomes of examples that got worse."""

from __future__ import annotations

import pytest

from composer.review.corrections import corrections
from composer.review.regressions import dispositions
from library.database import Database
from tests.composer.cli.conftest import Run
from tests.composer.review import acts

FIRST, SECOND = acts.WORSE


def given(database: Database) -> dict[str, str]:
    with database.session() as session:
        return {name: one.kind for name, one in dispositions(session, 1).items()}


def test_examples_are_named_one_by_one_or_with_commas(worse: Database, run: Run) -> None:
    assert run("dispose", "1", FIRST, SECOND, "--as", "blocks", "--reason", "No.").exit_code == 0
    assert given(worse) == {FIRST: "blocks", SECOND: "blocks"}
    result = run("dispose", "1", f"{FIRST},{SECOND}", "--reason", "Rare.")
    assert "✓ 2 regressions of candidate 1: acceptable." in result.stdout
    assert given(worse) == {FIRST: "acceptable", SECOND: "acceptable"}


def test_a_wrong_label_is_corrected_and_the_correction_taken_back(worse: Database, run: Run) -> None:
    result = run("dispose", "1", FIRST, "--as", "label-is-wrong", "--label", "5", "--reason", "Same event.")
    assert result.exit_code == 0
    assert "Nobody signs in to this home, so nobody can confirm another label." in result.stdout
    assert "Correct the label in the file of labelled data and import that again" in result.stdout
    with worse.session() as session:
        (proposed,) = corrections(session, "small")
    assert (proposed.example_id, proposed.gold, proposed.state) == (FIRST, 5.0, "open")
    run("dispose", "1", SECOND, "--reason", "Rare.")
    assert f"the correction of {FIRST} is open" in run("approve", "1", "--reason", "Fine.").stdout
    assert run("reject-label", "1", FIRST, "--reason", "It was right.").exit_code == 0
    with worse.session() as session:
        (decided,) = corrections(session, "small")
    assert decided.state == "rejected"
    assert "1 unresolved regression" in run("review", "1").stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((FIRST, "--as", "label-is-wrong"), "needs the right one"),
        ((FIRST, "--as", "acceptable", "--label", "4"), "no other disposition takes one"),
        ((FIRST, SECOND, "--as", "label-is-wrong", "--label", "4"), "example by example"),
        (("all", "--as", "label-is-wrong", "--label", "4"), "example by example"),
        ((FIRST, "--as", "label-is-wrong", "--label", "9"), "9 is not on the scale"),
        ((FIRST, "--as", "fine"), "Choose one of: acceptable, blocks, label-is-wrong"),
        (("all", "--as", "blocks"), "for all regressions at once"),
        (("test-99",), "test-99 is not among what got worse"),
    ],
)
def test_what_fits_no_example_is_refused(worse: Database, run: Run, arguments: tuple[str, ...], says: str) -> None:
    result = run("dispose", "1", *arguments, "--reason", "So.")
    assert result.exit_code == 1
    assert says in result.stderr
    assert given(worse) == {}


def test_no_correction_is_rejected_where_none_is_open(worse: Database, run: Run) -> None:
    result = run("reject-label", "1", FIRST, "--reason", "So.")
    assert result.exit_code == 1
    assert f"no correction of {FIRST} is open" in result.stderr
