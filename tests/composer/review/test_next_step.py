"""What a person can do next: the first thing in the way, decided once for every page and command."""

from __future__ import annotations

from composer.review.next_step import NextStep, next_step
from library.database import Database
from library.people import someone
from tests.composer.review import acts


def step(database: Database, name: str) -> NextStep:
    status = acts.status(database)
    with database.session() as session:
        return next_step(status, someone(session, name))


def test_a_reviewer_decides_and_others_wait_for_one(waiting: Database) -> None:
    assert step(waiting, "Grace") == NextStep("decide")
    assert step(waiting, "Rosa").kind in ("await a reviewer", "decide")


def test_regressions_that_the_policy_wants_resolved_come_before_a_verdict(worse: Database) -> None:
    assert step(worse, "Grace") == NextStep("resolve regressions", count=len(acts.WORSE))


def test_requested_changes_are_settled_by_their_giver_or_dismissed_by_an_admin(waiting: Database) -> None:
    acts.verdict(waiting, "request changes", "Grace", reason="Too blunt.")
    own = step(waiting, "Grace")
    assert (own.kind, own.may, own.reasons) == ("settle a verdict", True, ("Grace asked for changes",))
