"""What comes next, as each person finds it, and that what a step offers is never refused."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from sqlmodel import Session

from composer.analysis import jobs
from composer.home.paths import Home
from composer.registry.tasks import add_task
from composer.release.publish import release_candidate, roll_back
from composer.review.blockers import Blocker
from composer.review.comments import add_comment
from composer.review.corrections import corrections, decide_correction
from composer.review.decisions import dismiss, give_verdict
from composer.review.next_step import NextStep, StepKind, Verb, next_step
from composer.review.regressions import set_disposition
from composer.review.verdicts import verdicts_on
from composer.runs.plan import plan_run
from composer.runs.records import enter_run
from library.database import Database
from library.errors import Refused
from library.people import someone
from library.retiring import retire
from tests import small
from tests.composer.review import acts
from tests.composer.review.acts import PutUp

DECIDE = ("approve", "request-changes", "no-go", "comment")
GATED = {"override": ["admin"], "gates": {"max_extra_tokens": 0}}


def step(database: Database, name: str, candidate: int = 1) -> NextStep:
    """Return the step as somebody finds it, having tried all that it offers."""
    status = acts.status(database, candidate)
    with database.session() as session:
        found = next_step(status, someone(session, name))
    for verb in found.verbs:
        if verb != "export":
            check_allowed(database, verb, found, name, candidate)
    return found


class Undone(Exception):
    """Raised to take back what was tried."""


def check_allowed(database: Database, verb: Verb, found: NextStep, by: str, candidate: int) -> None:
    with suppress(Undone), database.session() as session:
        ACTS[verb](session, found, by, candidate)
        raise Undone


def deciding(kind: object) -> Callable[[Session, NextStep, str, int], object]:
    return lambda s, _, by, number: give_verdict(s, number, kind, reason="So.", by=by, at=small.NOW)  # type: ignore[arg-type]


def disposing(session: Session, found: NextStep, by: str, number: int) -> None:
    example = found.about.what if found.about and found.about.kind == "regression blocks" else acts.WORSE[0]
    set_disposition(session, number, [example], "acceptable", reason="So.", by=by, at=small.NOW)


def dismissing(session: Session, found: NextStep, by: str, number: int) -> None:
    assert found.about is not None
    dismiss(session, found.about.number, number, reason="So.", by=by, at=small.NOW)


def rejecting(session: Session, found: NextStep, by: str, number: int) -> None:
    assert found.about is not None
    (one,) = corrections(session, "small", candidate_id=number, open_only=True)
    assert one.example_id == found.about.what
    decide_correction(session, one.id, confirm=False, reason="So.", by=by, at=small.NOW)


ACTS: dict[Verb, Callable[[Session, NextStep, str, int], object]] = {
    "approve": deciding("approve"),
    "request-changes": deciding("request changes"),
    "no-go": deciding("no-go"),
    "override": deciding("override"),
    "comment": lambda s, _, by, number: add_comment(s, number, "So.", by=by, at=small.NOW),
    "dispose": disposing,
    "dismiss": dismissing,
    "reject-label": rejecting,
    "rescore": lambda s, _, by, number: jobs.enter_job(s, number, "rescore", by=by, at=small.NOW),
    "compose": lambda s, _, by, number: enter_run(
        s, plan_run(s, "small", "tiny", strategy="greedy", seed=9, budget=9), by=by, at=small.NOW
    ),
    "release": lambda s, _, by, number: release_candidate(s, number, reason="So.", by=by, at=small.NOW),
    "rollback": lambda s, found, by, _: roll_back(s, found.number, reason="So.", by=by, at=small.NOW),
}


def kinds(database: Database, candidate: int = 1) -> dict[str, tuple[StepKind, tuple[Verb, ...]]]:
    found = {name: step(database, name, candidate) for name in acts.PEOPLE}
    return {name: (one.kind, one.verbs) for name, one in found.items()}


def edit_task(database: Database, **changes: object) -> None:
    with database.session() as session:
        add_task(session, small.task(title="Edited", **changes), by="Ada", at=small.NOW)


def test_whoever_may_decide_decides_and_others_wait_for_a_reviewer(waiting: Database) -> None:
    found = kinds(waiting)
    assert found["Grace"] == found["Ada"] == ("decide", DECIDE)
    assert found["Rosa"] == found["Max"] == ("await reviewer", ("comment",))
    assert found["Vera"] == ("await reviewer", ())
    assert step(waiting, "Grace").is_theirs
    assert not step(waiting, "Rosa").is_theirs


def test_whose_approval_does_not_count_waits_for_others_and_can_object(worse: Database) -> None:
    found = step(worse, "Ada")
    assert (found.kind, found.verbs) == ("await others", ("dispose", "request-changes", "no-go", "comment"))
    assert found.about is not None
    assert (found.about.kind, found.is_theirs) == ("approval excluded", False)


def test_where_others_approved_enough_the_proposer_settles_what_is_left(worse: Database) -> None:
    acts.dispose(worse)
    acts.approve(worse, "Grace", "Joan")
    acts.propose(worse, by="Kit")
    assert (step(worse, "Ada").kind, step(worse, "Ada").verbs) == ("settle", ("reject-label",))


def test_regressions_come_before_gates_and_gates_before_a_decision(put_up: PutUp) -> None:
    database = put_up(worse=True, policy={**GATED, "every_regression": True})
    assert step(database, "Grace").verbs == ("dispose",)
    assert step(database, "Grace").kind == "dispose"
    acts.dispose(database)
    assert (step(database, "Grace").kind, step(database, "Grace").verbs) == (
        "gate fails",
        ("request-changes", "no-go"),
    )
    assert (step(database, "Max").kind, step(database, "Max").verbs) == ("gate fails", ("override",))
    acts.verdict(database, "request changes", "Grace")
    assert step(database, "Grace").verbs == ("no-go",)
    with database.session() as session:
        request = verdicts_on(session, 1)[-1]
    acts.dismissed(database, request.id, "Max")
    acts.verdict(database, "override", "Max")
    assert step(database, "Joan").kind == "decide"


def test_what_is_not_let_through_can_be_turned_down_or_followed_by_a_run_and_never_approved(put_up: PutUp) -> None:
    database = put_up(policy={"gates": {"max_extra_tokens": 0}})
    found = kinds(database)
    assert found["Grace"] == ("not let through", ("compose", "no-go"))
    assert (found["Max"], found["Vera"]) == (("not let through", ("compose",)), ("not let through", ()))
    with pytest.raises(Refused, match="can't be approved: the gate “tokens ≤ \\+0” fails"):
        acts.approve(database, "Grace")
    edit_task(database)
    assert step(database, "Grace").verbs == ("rescore", "no-go")


def test_an_objection_is_named_to_who_decides_and_settled_by_who_made_it_or_an_admin(waiting: Database) -> None:
    number = acts.verdict(waiting, "request changes", "Joan").verdicts[0].id
    block = Blocker("changes requested", who="Joan", number=number)
    found = step(waiting, "Grace")
    assert (found.kind, found.blockers[0]) == ("decide", block)
    acts.approve(waiting, "Grace")
    settled = {name: step(waiting, name) for name in ("Grace", "Joan", "Max")}
    assert {name: (one.kind, one.verbs, one.about) for name, one in settled.items()} == {
        "Grace": ("settle", (), None),
        "Joan": ("settle", ("approve",), block),
        "Max": ("settle", ("dismiss",), block),
    }


def test_what_blocks_is_settled_by_who_marked_it(put_up: PutUp) -> None:
    database = put_up(worse=True)
    acts.dispose(database, "blocks", "Joan", acts.WORSE[:1])
    acts.approve(database, "Joan", "Grace")
    assert (step(database, "Joan").verbs, step(database, "Grace").verbs) == (("dispose",), ())


def test_an_open_correction_is_settled_by_reviewers_and_curators(put_up: PutUp) -> None:
    database = put_up(worse=True)
    acts.propose(database)
    acts.approve(database, "Grace")
    assert (step(database, "Grace").kind, step(database, "Grace").verbs) == ("settle", ("reject-label",))
    assert step(database, "Rosa").kind == "await reviewer"


def test_who_has_decided_waits_for_the_other_approvals(put_up: PutUp) -> None:
    database = put_up(policy={"approvals": 2})
    acts.approve(database, "Grace")
    found = step(database, "Grace")
    assert (found.kind, found.verbs, [one.count for one in found.blockers]) == ("await approvals", (), [1])
    assert step(database, "Joan").kind == "decide"


def test_what_is_approved_waits_for_a_releaser_and_then_is_in_use(waiting: Database) -> None:
    acts.approve(waiting, "Grace")
    found = kinds(waiting)
    assert found["Rosa"] == ("release", ("release",))
    assert found["Grace"] == found["Vera"] == ("await releaser", ())
    made = acts.released(waiting)
    assert step(waiting, "Grace") == NextStep("in use", ("export",), number=made.id)


def test_evidence_that_no_longer_holds_is_scored_again_and_the_review_goes_on_there(
    waiting: Database, home: Home
) -> None:
    edit_task(waiting)
    found = kinds(waiting)
    assert found["Grace"] == found["Rosa"] == ("rescore", ("rescore",))
    assert found["Vera"] == ("rescore", ())
    again = acts.scored_again(waiting, home)
    assert step(waiting, "Grace") == NextStep("review successor", number=again)
    assert step(waiting, "Grace", again).kind == "decide"


def test_what_holds_a_retired_snippet_is_found_anew_by_a_run(waiting: Database) -> None:
    key = acts.review(waiting).composition.keys[0]
    with waiting.session() as session:
        retire(session, key, reason="It misleads.", by="Ada", at=small.NOW)
    found = kinds(waiting)
    assert found["Grace"] == found["Rosa"] == ("search again", ("compose",))
    assert found["Vera"] == ("search again", ())


def test_a_release_whose_evidence_no_longer_holds_is_scored_again_too(waiting: Database, home: Home) -> None:
    acts.approve(waiting, "Grace")
    acts.released(waiting)
    edit_task(waiting)
    assert step(waiting, "Grace").kind == "rescore"
    again = acts.scored_again(waiting, home)
    assert step(waiting, "Grace") == NextStep("review successor", number=again)


def test_what_was_replaced_can_be_made_current_again_unless_something_is_in_the_way(renewed: Database) -> None:
    acts.sign_in(renewed)
    assert step(renewed, "Rosa") == NextStep("replaced", ("rollback",), number=1)
    assert step(renewed, "Grace") == NextStep("replaced", number=1)
    acts.verdict(renewed, "no-go", "Grace")
    found = step(renewed, "Rosa")
    assert (found.verbs, [one.kind for one in found.blockers]) == ((), ["no-go"])


def test_what_was_turned_down_can_be_dismissed_by_an_admin(waiting: Database) -> None:
    acts.verdict(waiting, "no-go", "Joan")
    found = kinds(waiting)
    assert found["Max"] == ("turned down", ("dismiss",))
    assert {found[name] for name in ("Joan", "Grace", "Rosa", "Vera")} == {("turned down", ())}


@pytest.mark.parametrize("policy", [{"approvals": 2}, {"exclude": ["proposer"]}])
def test_one_local_person_learns_that_others_are_needed(put_up: PutUp, policy: dict[str, object]) -> None:
    found = step(put_up(people=False, policy=policy), acts.LOCAL)
    assert found.kind == "await others"
    assert found.about is not None
    assert found.about.kind == "one local person"


def test_the_local_person_of_a_home_that_people_sign_in_to_is_sent_there(waiting: Database) -> None:
    assert step(waiting, acts.LOCAL).kind == "sign in"
    acts.verdict(waiting, "no-go", "Joan")
    assert step(waiting, acts.LOCAL).verbs == ()


def test_one_local_person_walks_the_whole_way(put_up: PutUp) -> None:
    database = put_up(people=False)
    assert step(database, acts.LOCAL).verbs == DECIDE
    acts.verdict(database, "request changes", acts.LOCAL)
    assert step(database, acts.LOCAL).verbs == ("approve",)
    acts.approve(database, acts.LOCAL)
    assert step(database, acts.LOCAL).kind == "release"
    acts.released(database, acts.LOCAL)
    assert step(database, acts.LOCAL).kind == "in use"
