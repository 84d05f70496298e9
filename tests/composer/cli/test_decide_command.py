"""A verb for each act on a candidate: what it does, and what it prints as the next command."""

from __future__ import annotations

import pytest

from composer.review.regressions import dispositions
from composer.review.status import get_review
from library.database import Database
from tests.composer.cli.conftest import Run
from tests.composer.review import acts


def state(database: Database) -> str:
    with database.session() as session:
        return get_review(session, 1).status.state


@pytest.mark.parametrize(
    ("verb", "then"), [("approve", "approved"), ("request-changes", "changes requested"), ("no-go", "no-go")]
)
def test_a_verdict_is_a_verb(submitted: Database, run: Run, verb: str, then: str) -> None:
    assert run(verb, "1", "--reason", "Because.").exit_code == 0
    assert state(submitted) == then


def test_a_verdict_without_a_reason_is_refused(submitted: Database, run: Run) -> None:
    result = run("approve", "1")
    assert result.exit_code == 1
    assert "needs a reason" in result.stderr
    assert state(submitted) == "needs review"


def test_a_comment_decides_nothing_and_a_dismissal_lifts_a_verdict(submitted: Database, run: Run) -> None:
    assert run("comment", "1", "--reason", "Hm.").exit_code == 0
    run("no-go", "1", "--reason", "Too blunt.")
    assert "composer dismiss 1 --verdict 1" in run("review", "1").stdout
    assert run("dismiss", "1", "--verdict", "1", "--reason", "It isn't.").exit_code == 0
    assert state(submitted) == "needs review"


def test_regressions_are_resolved_by_name_or_all_at_once(worse: Database, run: Run) -> None:
    first, second = acts.WORSE
    assert run("dispose", "1", first, "--as", "blocks", "--reason", "No.").exit_code == 0
    assert run("dispose", "1", "all", "--reason", "Rare.").exit_code == 0
    with worse.session() as session:
        given = {name: one.kind for name, one in dispositions(session, 1).items()}
    assert given == {first: "blocks", second: "acceptable"}


def test_a_candidate_that_is_not_stale_is_not_scored_again(submitted: Database, run: Run) -> None:
    result = run("rescore", "1")
    assert result.exit_code == 1
    assert "it is not stale" in result.stderr
