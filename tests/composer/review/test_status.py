"""The status of a candidate: what is in the way of an approval, of a release and of a rollback, as facts."""

from __future__ import annotations

from composer.home.paths import Home
from composer.registry.tasks import add_task
from composer.review.blockers import Blocker
from library.database import Database
from library.people import someone
from tests import small
from tests.composer.review import acts
from tests.composer.review.acts import PutUp

POLICY = "the policy asks for one person"


def edit_task(database: Database, **changes: object) -> None:
    with database.session() as session:
        add_task(session, small.task(title="Edited", **changes), by="Ada", at=small.NOW)


def test_a_good_candidate_lacks_an_approval_alone(waiting: Database) -> None:
    status = acts.status(waiting)
    assert (status.approval_blockers, status.reviewer_blocks, status.rollback_blockers) == ((), (), ())
    assert status.release_blockers == (Blocker("approvals missing", detail=POLICY, count=1),)


def test_an_approved_one_has_nothing_in_its_way(waiting: Database) -> None:
    status = acts.approve(waiting, "Grace")
    assert (status.missing_approvals, status.release_blockers) == ((), ())


def test_unresolved_regressions_and_failing_gates_block_an_approval(put_up: PutUp) -> None:
    database = put_up(worse=True, risk="high", policy={"gates": {"max_extra_tokens": 0}, "override": ["admin"]})
    gates = [gate for gate in acts.review(database).candidate.gates if gate.binding and not gate.passed]
    assert acts.status(database).approval_blockers == (
        *(Blocker("gate fails", what=gate.name, detail=gate.figure) for gate in gates),
        Blocker("unresolved regressions", count=2),
    )
    assert gates
    acts.verdict(database, "override", "Max")
    acts.dispose(database, examples=acts.WORSE[:1])
    assert acts.status(database).approval_blockers == (Blocker("unresolved regressions", count=1),)


def test_what_reviewers_object_to_names_them_and_the_verdict_or_example(worse: Database) -> None:
    changes = acts.verdict(worse, "request changes", "Joan").verdicts[-1].id
    no_go = acts.verdict(worse, "no-go", "Kit").verdicts[-1].id
    acts.dispose(worse, "blocks", "Grace", acts.WORSE[1:])
    acts.propose(worse)
    assert acts.status(worse).reviewer_blocks == (
        Blocker("changes requested", who="Joan", number=changes),
        Blocker("no-go", who="Kit", number=no_go),
        Blocker("regression blocks", who="Grace", what="test-02"),
        Blocker("correction open", what="test-05"),
    )


def test_what_was_scored_again_names_its_successor(waiting: Database, home: Home) -> None:
    edit_task(waiting)
    again = acts.scored_again(waiting, home)
    status = acts.status(waiting)
    assert status.state == "rescored"
    assert status.approval_blockers == (
        Blocker("stale", what="task small was edited"),
        Blocker("rescored", number=again),
    )


def test_of_a_released_candidate_only_changed_evidence_and_objections_are_in_the_way_of_a_rollback(
    released: Database,
) -> None:
    assert acts.status(released).rollback_blockers == ()
    assert Blocker("released") in acts.status(released).approval_blockers
    edit_task(released)
    assert acts.status(released).rollback_blockers == (Blocker("stale", what="task small was edited"),)


def test_what_keeps_one_person_from_approving_is_theirs_alone(worse: Database) -> None:
    status = acts.status(worse)
    with worse.session() as session:
        own = {name: [one.kind for one in status.own_blockers(someone(session, name))] for name in acts.PEOPLE}
    assert own["Grace"] == own["Joan"] == []
    assert own["Vera"] == ["not a reviewer"]
    assert own["Ada"] == ["approval excluded"]


def test_one_local_person_is_never_enough_for_several(put_up: PutUp) -> None:
    status = acts.status(put_up(people=False, policy={"approvals": 2}))
    assert status.missing_approvals == (
        Blocker("one local person", detail="the policy asks for 2 people", count=2),
    )
