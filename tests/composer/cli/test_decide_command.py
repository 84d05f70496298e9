"""A verb for each act on a candidate: what it does, and what it prints as the next command."""

from __future__ import annotations

import json

import pytest

from composer.review.regressions import dispositions
from composer.review.status import get_review
from library.database import Database
from tests.composer.cli.conftest import Run
from tests.composer.review import acts
from tests.composer.review.acts import PutUp


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


def test_the_one_verdict_in_the_way_needs_no_number_to_be_dismissed(submitted: Database, run: Run) -> None:
    assert "no verdict is in the way" in run("dismiss", "1", "--reason", "So.").stderr
    run("request-changes", "1", "--reason", "Shorter.")
    assert run("dismiss", "1", "--reason", "It is short.").exit_code == 0
    assert state(submitted) == "needs review"


def test_of_several_verdicts_the_one_to_dismiss_is_asked_for(waiting: Database, run: Run) -> None:
    acts.verdict(waiting, "no-go", "Joan")
    acts.verdict(waiting, "request changes", "Grace")
    result = run("dismiss", "1", "--reason", "So.")
    assert result.exit_code == 1
    assert "2 verdicts are in the way of candidate 1: 1 (Joan: no-go), 2 (Grace: request changes)" in result.stderr


def test_a_failing_gate_is_overridden_by_whom_the_policy_names(put_up: PutUp, run: Run) -> None:
    put_up(people=False, policy={"override": ["admin"], "gates": {"max_extra_tokens": 0}})
    assert "Next: it can't be approved: the gate" in run("review", "1").stdout
    result = run("override", "1", "--reason", "Tokens are cheap.")
    assert "✓ You overrode the failing gates of candidate 1." in result.stdout
    assert "Next: decide." in result.stdout


def test_an_act_prints_the_next_step_or_the_review_as_json(submitted: Database, run: Run) -> None:
    assert run("comment", "1", "--reason", "Hm.").stdout.startswith(
        "✓ You commented on candidate 1.\n\nNext: decide.\n  composer approve 1"
    )
    found = json.loads(run("approve", "1", "--reason", "Fine.", "--json").stdout)
    assert (found["state"], found["approvals"]) == ("approved", ["Grace (local)"])
