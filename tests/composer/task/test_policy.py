"""Policies: what each risk asks for by default, who may not approve, and which gates bind."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from pydantic import ValidationError

from composer.registry.starter import DATA
from composer.registry.tasks import add_task
from composer.review.blockers import blocker_texts, joined
from composer.task.policy import Policy, Terms
from composer.task.task import load_task
from library.database import Database
from library.errors import Refused
from library.people import NotAllowed, someone
from tests import small
from tests.composer.review import acts
from tests.composer.review.acts import PutUp

HIGH = {"risk": "high"}


def test_high_risk_asks_for_two_people_other_than_the_proposer_and_a_disposition_of_every_regression() -> None:
    assert Policy().terms("high") == Terms(2, ("proposer",), every_regression=True, override=())


def test_low_risk_asks_for_one_person_whoever_it_is() -> None:
    assert Policy().terms("low") == Terms(1, (), every_regression=False, override=())


@pytest.mark.parametrize("risk", ["low", "high"])
def test_what_a_policy_says_goes_before_what_follows_from_the_risk(risk: Any) -> None:
    said = Policy(approvals=3, exclude=("authors",), every_regression=False, override=("admin",))
    assert said.terms(risk) == Terms(3, ("authors",), every_regression=False, override=("admin",))
    assert Policy(exclude=()).terms(risk).exclude == ()


@pytest.mark.parametrize(
    "policy",
    [
        {"approvals": 0},
        {"approvals": 21},
        {"exclude": ["reviewer"]},
        {"override": ["owner"]},
        {"gates": {"advisory": ["improvement"]}},
        {"gates": {"max_worse_share": 1.5}},
        {"gates": {"tolerance": {"spearman": -0.1}}},
        {"gate": {}},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(policy: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        small.task(policy=policy)


def test_one_person_alone_can_walk_the_whole_way_with_the_demos_task() -> None:
    task = load_task(DATA / "tasks" / "relatedness.yaml")
    assert (task.risk, task.terms) == ("high", Terms(1, (), every_regression=True, override=()))


def test_at_high_risk_the_proposer_can_not_approve_and_two_others_have_to(put_up: PutUp) -> None:
    database = put_up(**HIGH)
    with pytest.raises(Refused, match="other than the proposer: Ada is not among those"):
        acts.approve(database, "Ada")
    acts.approve(database, "Grace")
    assert joined(acts.status(database).missing_approvals) == (
        "1 more approval (the policy asks for 2 people other than the proposer)"
    )
    with pytest.raises(Refused, match="1 more approval"):
        acts.released(database)
    assert acts.approve(database, "Joan").state == "approved"
    assert acts.released(database).candidate_id == 1


def test_whoever_started_the_run_is_the_proposer_and_authors_are_not(put_up: PutUp) -> None:
    database = put_up(by="Kit", **HIGH)
    with pytest.raises(Refused, match="Kit is not among those"):
        acts.approve(database, "Kit")
    assert acts.approve(database, "Ada", "Grace").state == "approved"


def test_the_authors_of_its_snippets_can_be_excluded(put_up: PutUp) -> None:
    database = put_up(by="Kit", policy={"exclude": ["authors"]})
    with pytest.raises(Refused, match="other than the prompt's authors: Ada is not among those"):
        acts.approve(database, "Ada")
    assert acts.approve(database, "Kit").state == "approved"


def test_proposer_and_authors_can_both_be_excluded(put_up: PutUp) -> None:
    database = put_up(by="Kit", policy={"exclude": ["proposer", "authors"]})
    for name in ("Kit", "Ada"):
        with pytest.raises(Refused, match="the proposer and the prompt's authors"):
            acts.approve(database, name)
    assert acts.approve(database, "Grace").state == "approved"


def test_an_excluded_person_may_still_ask_for_changes(put_up: PutUp) -> None:
    database = put_up(**HIGH)
    assert acts.verdict(database, "request changes", "Ada").state == "changes requested"


def test_the_page_can_show_before_anybody_tries_what_keeps_them_from_approving(put_up: PutUp) -> None:
    database = put_up(**HIGH)
    status = acts.status(database)
    with database.session() as session:
        against = {
            name: blocker_texts(status.approval_blockers_for(someone(session, name))) for name in acts.PEOPLE
        }
    assert against["Grace"] == against["Joan"] == []
    assert against["Vera"] == ["Vera is not a reviewer"]
    assert "Ada is not among those who may" in " ".join(against["Ada"])


@pytest.mark.parametrize("policy", [{"approvals": 2}, {"exclude": ["proposer"]}, {"exclude": ["authors"]}])
def test_a_home_of_one_local_person_can_not_meet_a_policy_that_needs_others_and_says_so(
    put_up: PutUp, policy: dict[str, Any]
) -> None:
    database = put_up(people=False, policy=policy)
    for name in ("Ada", "Grace", acts.LOCAL):
        with suppress(Refused):
            acts.approve(database, name)
    status = acts.status(database)
    assert "nobody signs in to this home: it has one local person" in joined(status.missing_approvals)
    assert set(status.missing_approvals) <= set(status.release_blockers)
    with pytest.raises(Refused, match="one local person"):
        acts.released(database, acts.LOCAL)
    assert acts.releases_made(database) == 0


def test_a_local_home_is_one_person_whatever_names_they_use(put_up: PutUp) -> None:
    database = put_up(people=False, policy={"approvals": 2})
    assert len(acts.approve(database, "Grace", "Joan", acts.LOCAL).approvals) == 1
    acts.verdict(database, "request changes", "Grace")
    assert acts.status(database).approvals == ()
    assert len(acts.status(database).reviewer_blocks) == 1


def test_a_local_home_of_low_risk_walks_the_whole_way(put_up: PutUp) -> None:
    database = put_up(people=False)
    acts.approve(database, acts.LOCAL)
    assert acts.released(database, acts.LOCAL).released_by == acts.LOCAL
    assert acts.status(database).state == "released"


def test_what_was_approved_before_people_signed_in_no_longer_counts(put_up: PutUp) -> None:
    database = put_up(people=False)
    assert acts.approve(database, acts.LOCAL).state == "approved"
    acts.sign_in(database)
    status = acts.status(database)
    assert (status.state, status.approvals) == ("needs review", ())
    with pytest.raises(Refused, match="1 more approval"):
        acts.released(database)
    acts.approve(database, "Grace")
    assert acts.released(database).candidate_id == 1


def test_changes_asked_for_before_people_signed_in_still_block(put_up: PutUp) -> None:
    database = put_up(people=False)
    status = acts.verdict(database, "request changes", acts.LOCAL)
    acts.sign_in(database)
    acts.approve(database, "Grace")
    with pytest.raises(Refused, match="asked for changes"):
        acts.released(database)
    acts.dismissed(database, status.verdicts[0].id, "Max")
    assert acts.released(database).candidate_id == 1


@pytest.mark.parametrize("kind", ["approve", "request changes", "no-go", "override"])
def test_once_people_sign_in_the_local_person_decides_nothing(put_up: PutUp, kind: str) -> None:
    database = put_up(policy={"override": ["admin"]})
    with pytest.raises(NotAllowed, match="people sign in"):
        acts.verdict(database, kind, acts.LOCAL)
    acts.approve(database, "Grace")
    with pytest.raises(NotAllowed, match="people sign in"):
        acts.released(database, acts.LOCAL)


def test_once_people_sign_in_the_local_person_dismisses_nothing(waiting: Database) -> None:
    status = acts.verdict(waiting, "no-go", "Joan")
    with pytest.raises(NotAllowed, match="people sign in"):
        acts.dismissed(waiting, status.verdicts[0].id, acts.LOCAL)
    assert acts.status(waiting).state == "no-go"


FAILING = {"gates": {"max_extra_tokens": 0}}


def test_a_failing_gate_stands_against_approval_and_release(put_up: PutUp) -> None:
    database = put_up(policy=FAILING)
    with pytest.raises(Refused, match="the gate “tokens ≤ \\+0” fails"):
        acts.approve(database, "Grace")
    with pytest.raises(Refused, match="tokens ≤"):
        acts.released(database)
    held = acts.verdict(database, "request changes", "Grace")
    assert (held.state, [one.who for one in held.reviewer_blocks]) == ("not let through", ["Grace"])


def test_an_advisory_gate_is_shown_and_holds_nothing_up(put_up: PutUp) -> None:
    database = put_up(policy={"gates": {"max_extra_tokens": 0, "advisory": ["max_extra_tokens"]}})
    gates = {gate.name: gate for gate in acts.review(database).candidate.gates}
    assert (gates["tokens ≤ +0"].passed, gates["tokens ≤ +0"].binding) == (False, False)
    acts.approve(database, "Grace")
    assert acts.released(database).candidate_id == 1


def test_nobody_overrides_a_gate_where_the_policy_names_nobody(put_up: PutUp) -> None:
    database = put_up(policy=FAILING)
    for name in acts.PEOPLE:
        with pytest.raises(Refused, match="lets nobody override"):
            acts.verdict(database, "override", name)


def test_who_the_policy_names_can_let_a_failing_gate_pass_with_a_reason(put_up: PutUp) -> None:
    database = put_up(policy={**FAILING, "override": ["releaser"]})
    for name in ("Grace", "Max", "Vera"):
        with pytest.raises(NotAllowed, match="needs the role releaser"):
            acts.verdict(database, "override", name)
    assert acts.verdict(database, "override", "Rosa", reason="Tokens are cheap.").approval_blockers == ()
    assert acts.status(database).approvals == ()
    acts.approve(database, "Grace")
    assert acts.released(database).candidate_id == 1


def test_an_override_makes_up_for_gates_alone(put_up: PutUp) -> None:
    database = put_up(worse=True, risk="high", policy={**FAILING, "override": ["admin"]})
    acts.verdict(database, "override", "Max")
    with pytest.raises(Refused, match="2 unresolved regressions"):
        acts.approve(database, "Grace")
    acts.dispose(database)
    acts.verdict(database, "request changes", "Joan")
    acts.approve(database, "Grace", "Kit")
    with pytest.raises(Refused, match="Joan asked for changes"):
        acts.released(database)


def test_the_policy_that_counts_is_that_of_the_task_as_it_was_measured(put_up: PutUp) -> None:
    database = put_up(**HIGH)
    with database.session() as session:
        add_task(session, small.task(), by="Ada", at=small.NOW)
    with pytest.raises(Refused, match="task small was edited"):
        acts.approve(database, "Grace")
    assert acts.status(database).approvals_needed == 2


@pytest.mark.parametrize(
    ("drift", "named"),
    [
        ({"worst": 30, "drop": 2}, "two thresholds"),
        ({"run": True, "budget": 40}, "no threshold is set"),
        ({"worst": 30, "run": True}, "a run is asked for without a budget"),
        ({"worst": 30, "budget": 40}, "there is a budget, but no run"),
    ],
)
def test_how_releases_are_watched_makes_sense_or_is_refused(drift: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        Policy.model_validate({"drift": drift})


def test_a_threshold_of_accuracy_is_a_share() -> None:
    with pytest.raises(ValidationError, match="accuracy goes from 0 to 1"):
        small.label_task(policy={"drift": {"worst": 80}})


def test_how_releases_are_watched_is_no_part_of_what_evidence_rests_on() -> None:
    plain, watched = small.task(), small.task(policy={"drift": {"worst": 30}})
    assert plain.hash != watched.hash
    assert watched.measured_hash == plain.measured_hash == plain.hash
