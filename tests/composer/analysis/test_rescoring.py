"""Scoring again: what changed under a candidate is measured anew on stored answers, and reviewed anew."""

from __future__ import annotations

import pytest
from sqlmodel import select

from composer.analysis import jobs
from composer.analysis.rescoring import missing_answers, plan_rescoring
from composer.candidates.records import get_candidate, successor_of
from composer.data.examples import Dataset
from composer.home.paths import Home
from composer.home.processes import FAILED, FINISHED
from composer.models.target import Target
from composer.registry.datasets import add_examples, dataset_of
from composer.registry.targets import add_target
from composer.registry.tasks import add_task
from composer.review.inbox import inbox
from composer.tables import TestReadRow
from library import log
from library.database import Database
from library.errors import Refused
from library.tables import SnippetVersionRow
from tests import small
from tests.composer.review import acts
from tests.composer.review.acts import PutUp
from tests.scripted import connecting


def corrected(database: Database, candidate: int = 1) -> None:
    """Label the worst regression, which was 1, as the 5 that the candidate said."""
    acts.decide(database, acts.propose(database, candidate=candidate))


def test_after_a_correction_no_answer_is_paid_for_and_the_new_label_is_what_counts(
    worse: Database, home: Home
) -> None:
    corrected(worse)
    with worse.session() as session:
        assert missing_answers(session, plan_rescoring(session, 1)) == 0
    cells = small.stored_cells(worse)
    done = acts.job(worse, home, connect=acts.no_model)
    assert (done.state, done.paid, done.expected, done.made) == (FINISHED, 0, 0, 2)
    assert small.stored_cells(worse) == cells
    before, after = (acts.review(worse, number).candidate for number in (1, 2))
    rows = {row.example_id: row for row in after.rows}
    assert (rows["test-05"].incumbent_loss, rows["test-05"].candidate_loss) == (1.0, 0.0)
    assert rows["test-05"].gold == 5
    others = [(was, now) for was, now in zip(before.rows, after.rows, strict=True) if was.example_id != "test-05"]
    assert all(was == now for was, now in others)
    assert (before.regressions, after.regressions) == (acts.WORSE, ("test-02",))
    with worse.session() as session:
        assert after.evidence.data.dataset == dataset_of(session, "small")
    assert after.evidence.incumbent == before.evidence.incumbent
    assert after.evidence.candidate == before.evidence.candidate
    assert after.evidence.search == before.evidence.search


def test_the_candidate_that_was_scored_again_says_as_which_and_takes_no_approval(
    worse: Database, home: Home
) -> None:
    acts.dispose(worse)
    acts.approve(worse, "Grace", "Joan")
    corrected(worse)
    again = acts.scored_again(worse, home)
    status = acts.status(worse, 1)
    assert (status.state, status.successor) == ("rescored", again)
    for act in (lambda: acts.approve(worse, "Kit"), lambda: acts.released(worse)):
        with pytest.raises(Refused, match=f"scored again as candidate {again}"):
            act()
    with worse.session() as session:
        assert successor_of(session, 1) == again
        states = {entry.candidate_id: entry.status.state for entry in inbox(session) if entry.status}
    assert states == {1: "rescored", again: "needs review"}


def test_the_approvals_and_words_of_the_old_evidence_do_not_count_for_the_new(worse: Database, home: Home) -> None:
    acts.dispose(worse)
    acts.approve(worse, "Grace", "Joan")
    corrected(worse)
    again = acts.scored_again(worse, home)
    status = acts.status(worse, again)
    assert (status.approvals, status.verdicts, status.dispositions) == ((), (), {})
    with pytest.raises(Refused, match="1 unresolved regression"):
        acts.approve(worse, "Grace", candidate=again)
    acts.dispose(worse, examples=["test-02"], candidate=again)
    with pytest.raises(Refused, match="2 more approvals"):
        acts.released(worse, candidate=again)
    acts.approve(worse, "Grace", "Joan", candidate=again)
    assert acts.released(worse, candidate=again).candidate_id == again


def test_who_started_the_run_stays_the_proposer_whoever_has_it_scored_again(worse: Database, home: Home) -> None:
    corrected(worse)
    again = acts.scored_again(worse, home, by="Grace")
    acts.dispose(worse, examples=["test-02"], candidate=again)
    with worse.session() as session:
        assert get_candidate(session, again).proposed_by == "Ada"
        entry = log.entries(session, f"candidate:{again}")[0]
        assert (entry.who, entry.detail["rescored_from"], entry.detail["proposed_by"]) == ("Grace", 1, "Ada")
    with pytest.raises(Refused, match="Ada is not among those who may"):
        acts.approve(worse, "Ada", candidate=again)
    assert acts.approve(worse, "Grace", "Kit", candidate=again).state == "approved"


def test_a_release_that_lost_its_ground_is_compared_with_what_it_replaced_and_renewed(
    worse: Database, home: Home
) -> None:
    acts.dispose(worse)
    acts.approve(worse, "Grace", "Joan")
    acts.released(worse)
    corrected(worse)
    again = acts.scored_again(worse, home)
    first, second = (acts.review(worse, number) for number in (1, again))
    assert second.candidate.incumbent_versions == first.candidate.incumbent_versions == ()
    assert (first.status.state, second.status.state) == ("released", "needs review")
    assert second.status.stale == ()
    acts.dispose(worse, examples=["test-02"], candidate=again)
    acts.approve(worse, "Grace", "Joan", candidate=again)
    renewal = acts.released(worse, candidate=again)
    assert renewal.versions == first.candidate.versions
    assert [acts.status(worse, number).state for number in (1, again)] == ["replaced", "released"]
    assert acts.status(worse, again).stale == ()
    with pytest.raises(Refused, match="the labelled data changed"):
        acts.rolled_back(worse, 1)


def test_a_candidate_whose_incumbent_was_replaced_is_compared_with_the_new_one(put_up: PutUp, home: Home) -> None:
    database = put_up(policy={"gates": {"advisory": ["improves"]}})
    other = small.run(database, home, small.enter(database, budget=40, seed=2), small.engine()).candidate_id
    assert acts.review(database, other).composition != acts.review(database, 1).composition
    acts.approve(database, "Grace", candidate=other)
    acts.released(database, candidate=other)
    assert acts.status(database, 1).state == "stale"
    again = acts.review(database, acts.scored_again(database, home))
    assert again.status.stale == ()
    assert again.incumbent == acts.review(database, other).composition
    assert again.composition == acts.review(database, 1).composition


def test_after_the_template_was_edited_both_prompts_are_asked_anew(waiting: Database, home: Home) -> None:
    task = small.task(message="{{query}}\n\n{{document}}")
    with waiting.session() as session:
        add_task(session, task, by="Ada", at=small.NOW)
        assert missing_answers(session, plan_rescoring(session, 1)) == 32
    engine = small.engine(of=task)
    done = acts.job(waiting, home, connect=connecting(engine))
    assert (done.paid, done.expected, len(engine.asked)) == (32, 32, 32)
    review = acts.review(waiting, done.made or 0)
    assert (review.status.state, review.task) == ("needs review", task)


def test_after_a_title_was_edited_nothing_is_asked(waiting: Database, home: Home) -> None:
    with waiting.session() as session:
        add_task(session, small.task(title="Edited"), by="Ada", at=small.NOW)
    assert acts.status(waiting, acts.scored_again(waiting, home)).stale == ()


def test_the_policy_of_now_holds_for_the_new_candidate(waiting: Database, home: Home) -> None:
    with waiting.session() as session:
        add_task(session, small.task(risk="high"), by="Ada", at=small.NOW)
    assert acts.status(waiting, acts.scored_again(waiting, home)).approvals_needed == 2


def test_after_the_target_was_edited_its_answers_are_asked_anew(waiting: Database, home: Home) -> None:
    colder = Target(name="tiny", kind="embedded", model="qwen2.5-coder-0.5b", temperature=0.5)
    with waiting.session() as session:
        add_target(session, colder, by="Ada", at=small.NOW)
    done = acts.job(waiting, home, connect=connecting(small.engine()))
    assert done.paid == 32
    assert acts.status(waiting, done.made or 0).stale == ()


def test_where_nothing_changed_there_is_nothing_to_score_again(waiting: Database, home: Home) -> None:
    with pytest.raises(Refused, match="nothing under candidate 1 has changed"):
        acts.job(waiting, home)
    with waiting.session() as session:
        (job,) = jobs.jobs_of(session, 1)
    assert job.state == FAILED
    assert "nothing under candidate 1 has changed" in job.message
    assert acts.status(waiting).successor is None


def test_a_candidate_is_scored_again_once(worse: Database, home: Home) -> None:
    corrected(worse)
    again = acts.scored_again(worse, home)
    with pytest.raises(Refused, match=f"Go on with candidate {again}"):
        acts.job(worse, home)


def test_scored_again_it_can_be_scored_again(worse: Database, home: Home) -> None:
    corrected(worse)
    second = acts.scored_again(worse, home)
    acts.decide(worse, acts.propose(worse, example="test-02", gold=1.0, candidate=second))
    third = acts.scored_again(worse, home, candidate=second)
    review = acts.review(worse, third)
    assert review.candidate.regressions == ()
    assert review.candidate.proposed_by == "Ada"
    assert [acts.status(worse, one).state for one in (1, second, third)] == [
        "rescored",
        "rescored",
        "needs review",
    ]


def test_a_retired_snippet_is_not_made_up_for_by_scoring_again(waiting: Database, home: Home) -> None:
    with waiting.session() as session:
        row = session.get_one(SnippetVersionRow, acts.review(waiting).candidate.versions[0])
        row.state = "retired"
        session.add(row)
    with pytest.raises(Refused, match=r"changes nothing: snippet .* is retired"):
        acts.job(waiting, home)
    with waiting.session() as session:
        assert jobs.jobs_of(session, 1) == ()


def test_scoring_again_on_the_same_data_is_no_further_use_of_the_test_split(waiting: Database, home: Home) -> None:
    with waiting.session() as session:
        add_task(session, small.task(title="Edited"), by="Ada", at=small.NOW)
    acts.scored_again(waiting, home)
    with waiting.session() as session:
        assert len(session.exec(select(TestReadRow)).all()) == 1


def test_data_with_other_examples_asks_for_the_new_ones_alone(waiting: Database, home: Home) -> None:
    more = small.examples(16, 18)
    with waiting.session() as session:
        add_examples(session, small.task(), Dataset(more), by="Ada", at=small.NOW)
    engine = small.engine(data=more)
    done = acts.job(waiting, home, connect=connecting(engine))
    assert (done.paid, len(engine.asked)) == (4, 4)
    assert len(acts.review(waiting, done.made or 0).candidate.rows) == 18
