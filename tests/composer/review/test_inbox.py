"""What a candidate waits for, as each person reads it, and the tabs of the Inbox that list it."""

from __future__ import annotations

from composer.home.paths import Home
from composer.registry.tasks import add_task
from composer.review.inbox import inbox, pending_actions, tabs_of, waiting_for
from composer.review.next_step import needs_decision
from library.database import Database
from library.people import someone
from library.roles import Person
from tests import small
from tests.composer.review import acts
from tests.composer.review.acts import PutUp
from tests.library.queries import statements


def person(database: Database, name: str) -> Person:
    with database.session() as session:
        return someone(session, name)


def said(database: Database, name: str) -> tuple[str, ...]:
    return pending_actions(acts.status(database), person(database, name))


def tabs(database: Database, name: str, candidate: int = 1) -> frozenset[str]:
    status = acts.status(database, candidate)
    return frozenset(tabs_of(status, status.candidate.proposed_by, person(database, name)))


def waiting_now(database: Database, name: str) -> int:
    with database.session() as session:
        return waiting_for(session, someone(session, name))


def edit_task(database: Database) -> None:
    with database.session() as session:
        add_task(session, small.task(title="Edited"), by="Ada", at=small.NOW)


def test_it_waits_for_each_reviewer_who_has_not_decided(waiting: Database) -> None:
    assert said(waiting, "Grace") == ("you",)
    assert said(waiting, "Rosa") == ("1 more approval",)
    assert [waiting_now(waiting, name) for name in ("Grace", "Joan", "Ada", "Rosa", "Vera")] == [1, 1, 1, 0, 0]
    acts.verdict(waiting, "request changes", "Grace")
    assert [waiting_now(waiting, name) for name in ("Grace", "Joan")] == [0, 1]
    assert said(waiting, "Grace") == ("you asked for changes", "1 more approval")
    assert said(waiting, "Joan") == ("you", "Grace asked for changes")


def test_a_decision_that_was_dismissed_is_asked_for_again(waiting: Database) -> None:
    acts.verdict(waiting, "request changes", "Grace")
    acts.dismissed(waiting, 1, "Max")
    assert needs_decision(acts.status(waiting), person(waiting, "Grace"))


def test_whoever_may_not_approve_is_not_waited_for(worse: Database) -> None:
    assert waiting_now(worse, "Ada") == 0
    assert said(worse, "Ada") == ("2 unresolved regressions", "2 more approvals")
    assert said(worse, "Grace") == ("you", "2 unresolved regressions", "2 more approvals")
    acts.dispose(worse)
    acts.approve(worse, "Grace")
    assert said(worse, "Joan") == ("you",)
    assert said(worse, "Grace") == ("1 more approval",)


def test_a_failing_gate_is_listed_until_it_is_overridden(put_up: PutUp) -> None:
    policy = {"override": ["admin"], "gates": {"max_extra_tokens": 0}}
    database = put_up(policy=policy)
    assert said(database, "Grace") == ("you", "1 gate fails")
    acts.verdict(database, "override", "Max")
    assert said(database, "Grace") == ("you",)


def test_what_nobody_may_override_is_listed_under_its_own_tab_and_waits_for_nobody(put_up: PutUp) -> None:
    database = put_up(policy={"gates": {"max_extra_tokens": 0}})
    status = acts.status(database)
    assert (status.state, [one.kind for one in status.approval_blockers]) == ("not let through", ["gate fails"])
    assert [tabs(database, name) for name in ("Grace", "Ada")] == [{"not let through"}] * 2
    assert (said(database, "Grace"), waiting_now(database, "Grace")) == ((), 0)
    edit_task(database)
    assert tabs(database, "Grace") == {"not let through"}
    acts.verdict(database, "no-go", "Grace")
    assert tabs(database, "Grace") == {"no-go", "all"}


def test_what_is_approved_waits_for_a_releaser(waiting: Database) -> None:
    acts.approve(waiting, "Grace")
    assert said(waiting, "Rosa") == ("you, to release it",)
    assert said(waiting, "Grace") == ("someone to release it",)
    assert tabs(waiting, "Joan") == {"approved", "all"}
    assert waiting_now(waiting, "Joan") == 0
    acts.released(waiting)
    assert said(waiting, "Rosa") == ()
    assert tabs(waiting, "Rosa") == {"released", "all"}
    edit_task(waiting)
    assert tabs(waiting, "Rosa") == {"released", "stale", "all"}


def test_a_no_go_waits_for_nobody(waiting: Database) -> None:
    acts.verdict(waiting, "no-go", "Grace")
    assert (said(waiting, "Joan"), waiting_now(waiting, "Joan")) == ((), 0)
    assert tabs(waiting, "Ada") == {"mine", "no-go", "all"}


def test_what_is_stale_waits_to_be_scored_again_and_then_shows_under_all_alone(
    waiting: Database, home: Home
) -> None:
    edit_task(waiting)
    assert said(waiting, "Grace") == ("scoring again",)
    assert tabs(waiting, "Ada") == {"mine", "stale", "all"}
    again = acts.scored_again(waiting, home)
    assert said(waiting, "Grace") == (f"nothing: candidate {again} took its place",)
    assert tabs(waiting, "Ada") == {"all"}
    assert "needs me" in tabs(waiting, "Grace", again)
    assert waiting_now(waiting, "Grace") == 1


def test_a_release_that_was_scored_again_waits_for_nothing(waiting: Database, home: Home) -> None:
    acts.approve(waiting, "Grace")
    acts.released(waiting)
    edit_task(waiting)
    assert said(waiting, "Grace") == ("scoring again",)
    again = acts.scored_again(waiting, home)
    assert said(waiting, "Grace") == (f"nothing: candidate {again} took its place",)


def test_what_somebody_objected_to_themselves_is_put_to_them_as_theirs(worse: Database) -> None:
    acts.dispose(worse, "blocks", "Joan", acts.WORSE[:1])
    assert "you marked test-05 as blocking" in said(worse, "Joan")
    assert "Joan marked test-05 as blocking" in said(worse, "Grace")


def test_several_failing_gates_are_counted(put_up: PutUp) -> None:
    gates = {"max_extra_tokens": 0, "max_worse_share": 0}
    database = put_up(worse=True, policy={"override": ["admin"], "gates": gates})
    failing = len(acts.status(database).failing_gates)
    assert failing > 1
    assert said(database, "Grace") == ("you", f"{failing} gates fail")


def test_one_local_person_decides_once(put_up: PutUp) -> None:
    database = put_up(people=False)
    assert waiting_now(database, "ada (local)") == 1
    acts.verdict(database, "request changes", "ada (local)")
    assert waiting_now(database, "grace (local)") == 0


def test_what_can_not_be_read_is_listed_with_the_stale(waiting: Database) -> None:
    assert tabs_of(None, "Ada", person(waiting, "Ada")) == {"stale", "all"}


def test_the_inbox_reads_the_snippets_of_its_candidates_alone_and_together(waiting: Database) -> None:
    with waiting.session() as session, statements(session) as sent:
        (entry,) = inbox(session)
    reads = [statement for statement in sent if "FROM snippet_version" in statement]
    assert entry.keys
    assert len(reads) == 2, "the snippets, and what came after them"
    assert "snippet_version.id IN" in reads[0]


def test_a_whole_prompt_is_known_by_the_number_of_its_base(filled: Database, home: Home) -> None:
    small.run(filled, home, small.propose(filled, "topic", prompt=small.PROMPT), small.engine())
    with filled.session() as session:
        (entry,) = inbox(session)
    assert (entry.base, entry.made_of) == (1, ("base 1", "topic"))
