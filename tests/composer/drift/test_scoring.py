"""Scoring a release again: what is asked and paid, what it is held against, the mark, the run, and who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from composer.answers.evaluator import Stopped
from composer.audit import audit
from composer.candidates.records import get_candidate_summary
from composer.drift.marks import marks
from composer.drift.plan import REPLICATES
from composer.drift.records import get_score
from composer.drift.scoring import ask_to_stop, do_score
from composer.home.paths import Home
from composer.home.processes import FAILED, FINISHED, STOPPED
from composer.models.client import Outage
from composer.registry.anchors import anchors_of, sealed_examples
from composer.registry.datasets import dataset_of, examples_of
from composer.registry.tasks import add_task
from composer.release.publish import release_candidate
from composer.review.decisions import give_verdict
from composer.review.staleness import evidence_changes
from composer.runs.plan import plan_run
from composer.runs.records import get_run, list_runs
from composer.tables import CellRow
from library import log
from library.database import Database
from library.errors import Refused
from library.people import NotAllowed
from library.retiring import retire
from tests import small
from tests.composer.drift import labels
from tests.composer.review import acts
from tests.scripted import connecting


def cells(database: Database, *, replicate: int | None = None) -> list[CellRow]:
    with database.session() as session:
        rows = session.exec(select(CellRow)).all()
    return [one for one in rows if replicate is None or one.replicate == replicate]


def test_a_release_goes_from_new_labels_to_a_mark_and_a_run(released: Database, home: Home) -> None:
    labels.policy(released)
    with released.session() as session:
        assert marks(session) == ()
        assert not any("edited" in one for one in evidence_changes(session, get_candidate_summary(session, 1)))
    labels.arrive(released)
    model = labels.engine(wrong=labels.new())
    done = labels.scored(released, home, model)
    assert (done.state, done.paid, len(model.asked)) == (FINISHED, 24, 24)
    assert set(done.examples) == {f"dev-{number}" for number in range(16, 40)}
    assert done.found is not None
    assert done.found.before is not None
    assert done.found.difference is not None
    assert done.found.figure.value > done.found.before.value
    with released.session() as session:
        (mark,) = marks(session)
        assert done.run_id is not None
        run = get_run(session, done.run_id)
        assert (run.task, run.target, run.budget, run.state) == ("small", "tiny", 40, "waiting")
    assert (mark.release.id, mark.score_id, mark.run_id) == (1, done.id, run.id)
    assert mark.what.startswith("NMSE ")
    assert f"Run {run.id} looks for a better one" in mark.next_step
    with released.session() as session:
        assert audit(session).differences == ()


def test_a_release_that_does_as_well_as_before_has_no_mark_and_no_run(released: Database, home: Home) -> None:
    labels.policy(released)
    labels.arrive(released)
    done = labels.scored(released, home, labels.engine())
    with released.session() as session:
        assert marks(session) == ()
        assert len(list_runs(session)) == 1
    assert done.run_id is None


def test_without_a_policy_figures_are_shown_and_nothing_follows(released: Database, home: Home) -> None:
    labels.arrive(released)
    done = labels.scored(released, home, labels.engine(wrong=labels.new()))
    assert done.found is not None
    assert done.found.figure.value > 30
    with released.session() as session:
        assert marks(session) == ()
        assert len(list_runs(session)) == 1


def test_each_scoring_takes_what_none_before_it_had_and_pays_once(released: Database, home: Home) -> None:
    labels.arrive(released, 4)
    first = labels.scored(released, home, labels.engine())
    with pytest.raises(Refused, match="no labelled example of the dev split is new"):
        labels.enter(released)
    labels.arrive(released, 10)
    second = labels.scored(released, home, labels.engine())
    assert (first.paid, second.paid) == (4, 6)
    assert not set(first.examples) & set(second.examples)


def test_no_sealed_example_is_read_for_new_labels(released: Database, home: Home) -> None:
    labels.arrive(released)
    before = {one.key for one in cells(released)}
    labels.scored(released, home, labels.engine())
    asked = {one.example_id for one in cells(released) if one.key not in before}
    assert {one.partition("-")[0] for one in asked} == {"dev"}


def test_anchors_are_asked_again_though_their_answers_are_stored(released: Database, home: Home) -> None:
    first = labels.scored(released, home, small.engine(), "anchors")
    assert first.found is not None
    assert (first.paid, first.found.changed) == (8, 0)
    assert first.found.difference is not None
    assert (first.found.difference.value, first.found.before_n) == (0.0, 8)
    assert {one.example_id for one in cells(released, replicate=REPLICATES + first.id)} == set(first.examples)
    wrong = [one for one in small.examples() if one.id in first.examples]
    second = labels.scored(released, home, labels.engine(wrong=wrong), "anchors")
    assert (second.paid, second.examples) == (8, first.examples)
    assert second.found is not None
    assert second.found.difference is not None
    assert second.found.difference.low is not None
    assert second.found.difference.low > 0


def test_anchors_reach_no_search_and_no_candidate(released: Database, home: Home) -> None:
    with released.session() as session:
        before = plan_run(session, "small", "tiny", strategy="greedy", seed=1, budget=60).identity
    labels.scored(released, home, small.engine(), "anchors")
    with released.session() as session:
        anchors = anchors_of(session, "small")
        assert anchors is not None
        dataset = dataset_of(session, "small")
        assert {one.id for one in sealed_examples(session, dataset)} == {
            one.id for one in examples_of(session, dataset, "test")
        } - set(anchors.examples)
        assert plan_run(session, "small", "tiny", strategy="greedy", seed=1, budget=60).identity != before
    known = {one.key for one in cells(released)}
    run = small.enter(released, budget=60, seed=1)
    small.run(released, home, run, small.engine())
    asked = {one.example_id for one in cells(released) if one.key not in known}
    assert asked
    assert not asked & set(anchors.examples)


def test_anchors_are_chosen_once_by_a_curator_and_never_again(released: Database, home: Home) -> None:
    acts.sign_in(released)
    with pytest.raises(NotAllowed):
        labels.enter(released, "anchors", by="Grace")
    labels.enter(released, "anchors", by="Ada")
    with released.session() as session:
        chosen = anchors_of(session, "small")
    labels.arrive(released)
    later = labels.enter(released, "anchors", by="Grace", at=small.NOW + timedelta(days=2))
    with released.session() as session:
        assert anchors_of(session, "small") == chosen
        assert chosen is not None
        assert set(get_score(session, later).examples) == set(chosen.examples)
        entries = [one for one in log.entries(session) if one.action == "anchors chosen"]
    assert [(one.who, one.subject) for one in entries] == [("Ada", "task:small")]


def test_a_release_made_after_the_choice_gets_first_answers_which_later_ones_are_held_against(
    released: Database, home: Home
) -> None:
    labels.scored(released, home, small.engine(), "anchors")
    lenient = small.task(policy={"gates": {"advisory": ["improves", "valid_rate"]}})
    with released.session() as session:
        add_task(session, lenient, by="Ada", at=small.NOW)
    assert small.run(released, home, small.propose(released, "exact", "careful"), small.engine()).candidate_id == 2
    with released.session() as session:
        give_verdict(session, 2, "approve", reason="Shorter.", by="Grace", at=small.NOW)
        release_candidate(session, 2, reason="Shorter.", by="Grace", at=small.NOW)
    first = labels.scored(released, home, labels.engine(), "anchors")
    assert first.found is not None
    assert (first.release_id, first.paid) == (2, 8)
    assert (first.found.before, first.found.difference) == (None, None)
    second = labels.scored(released, home, labels.engine(), "anchors")
    assert second.found is not None
    assert second.found.difference is not None
    assert (second.paid, second.found.before_n, second.found.difference.value) == (8, 8, 0.0)


@pytest.mark.parametrize("problem", [Outage("the model is gone"), KeyboardInterrupt()])
def test_a_scoring_that_is_cut_off_keeps_its_answers_and_goes_on(
    released: Database, home: Home, problem: BaseException
) -> None:
    labels.arrive(released)
    number = labels.enter(released)
    with pytest.raises(type(problem)):
        do_score(released, home, number, connect=connecting(small.Dying(labels.engine(), 10, problem)))
    with released.session() as session:
        assert get_score(session, number).state == (FAILED if isinstance(problem, Outage) else STOPPED)
    assert labels.enter(released) == number
    rest = labels.engine()
    done = do_score(released, home, number, connect=connecting(rest))
    assert (done.state, done.paid, len(rest.asked)) == (FINISHED, 24, 24 - 9)
    with released.session() as session:
        assert audit(session).differences == ()


def test_anchors_that_broke_off_long_ago_are_asked_anew(released: Database, home: Home) -> None:
    number = labels.enter(released, "anchors")
    assert labels.enter(released, "anchors", at=small.NOW + timedelta(hours=2)) == number
    assert labels.enter(released, "anchors", at=small.NOW + timedelta(days=2)) != number


def test_somebody_can_stop_it(released: Database, home: Home) -> None:
    labels.arrive(released)
    number = labels.enter(released)
    with released.session() as session:
        ask_to_stop(session, number, by="Grace", at=small.NOW)
    with pytest.raises(Stopped):
        do_score(released, home, number, connect=acts.no_model)


def test_answers_that_come_to_nothing_count_and_end_nothing(released: Database, home: Home) -> None:
    labels.arrive(released)
    model = labels.engine()
    model.answer = lambda _system, _user: ""
    done = labels.scored(released, home, model)
    assert done.found is not None
    assert (done.found.valid, done.found.figure.value) == (0.0, 100.0)


def test_where_no_run_can_be_entered_the_scoring_says_why(released: Database, home: Home) -> None:
    labels.policy(released)
    labels.arrive(released)
    number = labels.enter(released)
    with released.session() as session:
        for key in small.TEXTS:
            retire(session, key, reason="Outdated.", by="Ada", at=small.NOW)
    done = do_score(released, home, number, connect=connecting(labels.engine(wrong=labels.new())))
    assert (done.state, done.run_id) == (FINISHED, None)
    assert done.message.startswith("no run could be entered: the library has no vetted snippet")


def test_who_may_only_look_asks_for_nothing(released: Database, home: Home) -> None:
    labels.arrive(released)
    acts.sign_in(released)
    with pytest.raises(NotAllowed):
        labels.enter(released, by="Vera")
    number = labels.enter(released, by="Grace")
    with released.session() as session, pytest.raises(NotAllowed):
        ask_to_stop(session, number, by="Vera", at=small.NOW)
