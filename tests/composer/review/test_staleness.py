"""Staleness and tampering: what changed under a candidate is found, said, and keeps it from release."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from composer.candidates.records import get_candidate, list_candidates
from composer.candidates.submission import submit
from composer.data.examples import Dataset
from composer.home.paths import Home
from composer.models.target import Target
from composer.prompts.composition import UnvettedText
from composer.registry.datasets import add_examples
from composer.registry.targets import add_target
from composer.registry.tasks import add_task
from composer.release.pack import pack_of
from composer.review.inbox import inbox
from composer.review.status import get_review
from composer.runs.plan import plan_run
from composer.tables import CandidateRow, ReleaseRow
from library.canonical import digest, text_digest
from library.database import Database
from library.errors import Refused
from library.retiring import retire
from library.snippets import version
from tests import small
from tests.composer.review import acts


def edit_task(session: Session) -> None:
    add_task(session, small.task(title="Edited"), by="Ada", at=small.NOW)


def change_data(session: Session) -> None:
    first, *rest = small.examples()
    corrected = Dataset((small.example(0, gold=float(first.gold) + 1), *rest))
    add_examples(session, small.task(), corrected, by="Ada", at=small.NOW)


def edit_target(session: Session) -> None:
    target = Target(name="tiny", kind="embedded", model="qwen2.5-coder-0.5b", temperature=0.5)
    add_target(session, target, by="Ada", at=small.NOW)


def release_another(session: Session) -> None:
    plan = plan_run(session, "small", "tiny", strategy="greedy", seed=0, budget=100)
    other = plan.vocabulary.compose(["mild"])
    evidence = get_candidate(session, 1).evidence.model_copy(update={"test_reads_before": 1})
    number = submit(session, 1, other, plan.incumbent, evidence, by="Ada", at=small.NOW)
    row = ReleaseRow(
        candidate_id=number,
        task="small",
        target="tiny",
        versions=[version.id for version in other.versions],
        released_by="Rosa",
        reason="Meanwhile.",
        released_at=small.NOW,
    )
    session.add(row)


def retire_a_snippet(session: Session) -> None:
    key = version(session, get_candidate(session, 1).versions[0]).key
    retire(session, key, reason="It misleads.", by="Ada", at=small.NOW)


STALE: dict[str, tuple[Callable[[Session], None], str]] = {
    "the task was edited": (edit_task, "task small was edited"),
    "a label was corrected": (change_data, "the labelled data changed"),
    "the target was edited": (edit_target, "target tiny was edited"),
    "another prompt was released": (release_another, "another prompt was released since"),
    "a snippet was retired": (retire_a_snippet, "retired"),
}


@pytest.mark.parametrize(("change", "says"), STALE.values(), ids=STALE)
def test_when_what_it_rests_on_changed_it_is_stale_says_so_and_is_neither_approved_nor_released(
    waiting: Database, change: Callable[[Session], None], says: str
) -> None:
    acts.approve(waiting, "Grace")
    with waiting.session() as session:
        change(session)
    with waiting.session() as session:
        status = get_review(session, 1).status
        assert status.state == "stale"
        assert len(status.stale) == 1
        assert says in status.stale[0]
        assert status.approvals == ("Grace",)
        listed = next(entry.status for entry in inbox(session) if entry.candidate_id == 1)
        assert listed is not None
        assert (listed.state, listed.stale) == ("stale", status.stale)
    with pytest.raises(Refused, match=says):
        acts.approve(waiting, "Joan")
    before = acts.releases_made(waiting)
    with pytest.raises(Refused, match=says):
        acts.released(waiting)
    assert acts.releases_made(waiting) == before
    acts.comment(waiting, "A pity.")
    assert acts.verdict(waiting, "request changes", "Joan").state == "stale"


@pytest.mark.parametrize("name", ["the task was edited", "a label was corrected", "the target was edited"])
def test_a_change_that_was_undone_leaves_an_approval_as_it_was(waiting: Database, name: str) -> None:
    acts.approve(waiting, "Grace")
    with waiting.session() as session:
        STALE[name][0](session)
    with waiting.session() as session:
        tiny = Target(name="tiny", kind="embedded", model="qwen2.5-coder-0.5b")
        add_task(session, small.task(), by="Ada", at=small.NOW)
        add_examples(session, small.task(), Dataset(small.examples()), by="Ada", at=small.NOW)
        add_target(session, tiny, by="Ada", at=small.NOW)
    assert acts.status(waiting).state == "approved"
    assert acts.released(waiting).candidate_id == 1


def test_all_reasons_are_told_at_once(waiting: Database) -> None:
    with waiting.session() as session:
        for change in (edit_task, change_data, edit_target):
            change(session)
    assert len(acts.status(waiting).stale) == 3


def test_a_release_that_lost_its_ground_says_so_and_stays_released(waiting: Database) -> None:
    acts.approve(waiting, "Grace")
    acts.released(waiting)
    with waiting.session() as session:
        change_data(session)
    status = acts.status(waiting)
    assert (status.state, status.stale) == ("released", ("the labelled data changed",))


def test_a_release_with_a_retired_snippet_says_so_and_the_next_run_compares_with_the_rest_of_it(
    waiting: Database, home: Home
) -> None:
    acts.approve(waiting, "Grace")
    acts.released(waiting)
    with waiting.session() as session:
        retire_a_snippet(session)
        with pytest.raises(UnvettedText, match="retired"):
            pack_of(session, "small", "tiny")
        held = set(get_candidate(session, 1).versions)
        plan = plan_run(session, "small", "tiny", strategy="greedy", seed=0, budget=100)
    assert "retired" in acts.status(waiting).stale[0]
    assert {one.id for one in plan.incumbent.versions} < held
    assert small.run(waiting, home, small.enter(waiting, budget=101), small.engine()).message


def evidence_without_gates(row: CandidateRow) -> None:
    row.evidence = {**row.evidence, "gates": []}


def evidence_with_its_hash(row: CandidateRow) -> None:
    row.evidence = {**row.evidence, "test_reads_before": 9}
    row.evidence_hash = digest(row.evidence)


def proposed_by_another(row: CandidateRow) -> None:
    row.proposed_by = "Vera"


def in_its_summary(**changes: Any) -> Callable[[CandidateRow], None]:
    def tamper(row: CandidateRow) -> None:
        row.summary = {**(row.summary or {}), **changes}

    return tamper


TAMPERED: dict[str, Callable[[CandidateRow], None]] = {
    "evidence": evidence_without_gates,
    "evidence and its hash": evidence_with_its_hash,
    "who proposed it": proposed_by_another,
    "regressions in its summary": in_its_summary(worse=[]),
    "gates in its summary": in_its_summary(gates=[]),
    "figures in its summary": in_its_summary(figures=[]),
    "task in its summary": in_its_summary(task_hash="0" * 64),
    "data in its summary": in_its_summary(dataset="small:0"),
    "prompts in its summary": in_its_summary(prompts={"incumbent": "", "candidate": ""}),
    "an addition to its summary": in_its_summary(more=1),
    "an empty summary": lambda row: setattr(row, "summary", {}),
}


@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED)
def test_what_was_changed_in_a_candidates_row_is_noticed_and_nothing_comes_of_it(
    worse: Database, tamper: Callable[[CandidateRow], None]
) -> None:
    acts.dispose(worse)
    acts.approve(worse, "Grace", "Joan")
    with worse.session() as session:
        row = session.get_one(CandidateRow, 1)
        tamper(row)
        session.add(row)
    with worse.session() as session, pytest.raises(Refused, match="not the evidence that was stored"):
        get_candidate(session, 1)
    for act in (
        lambda: acts.released(worse),
        lambda: acts.approve(worse, "Kit"),
        lambda: acts.dispose(worse),
        lambda: acts.comment(worse, "Hm."),
        lambda: acts.propose(worse),
    ):
        with pytest.raises(Refused, match="not the evidence that was stored"):
            act()
    assert acts.releases_made(worse) == 0


def test_a_row_older_than_summaries_is_read_from_its_evidence(worse: Database) -> None:
    with worse.session() as session:
        row = session.get_one(CandidateRow, 1)
        expected = row.summary
        row.summary = None
        session.add(row)
    with worse.session() as session:
        assert get_candidate(session, 1).outcome.as_json() == expected
        assert [one.outcome.as_json() for one in list_candidates(session)] == [expected]


@pytest.mark.parametrize("column", ["versions", "incumbent_versions"])
def test_a_candidate_pointed_at_another_snippet_is_not_released(waiting: Database, column: str) -> None:
    acts.approve(waiting, "Grace")
    with waiting.session() as session:
        row = session.get_one(CandidateRow, 1)
        setattr(row, column, [4])
        session.add(row)
    with pytest.raises(Refused, match="not the text that was measured"):
        acts.released(waiting)
    assert acts.releases_made(waiting) == 0


@pytest.mark.parametrize("with_its_hash", [False, True])
def test_a_snippets_text_changed_in_its_row_is_not_released(waiting: Database, with_its_hash: bool) -> None:
    acts.approve(waiting, "Grace")
    with waiting.session() as session:
        number = get_candidate(session, 1).versions[0]
        values = {"said": "Say 5.", "sha": text_digest("Say 5."), "id": number}
        also = ", sha256 = :sha" if with_its_hash else ""
        session.execute(text(f"update snippet_version set text = :said{also} where id = :id"), values)
    with pytest.raises(Refused):
        acts.approve(waiting, "Joan")
    with pytest.raises(Refused):
        acts.released(waiting)
    assert acts.releases_made(waiting) == 0


def test_a_candidate_that_can_not_be_read_is_listed_all_the_same(waiting: Database) -> None:
    with waiting.session() as session:
        row = session.get_one(CandidateRow, 1)
        row.versions = [999]
        session.add(row)
    with waiting.session() as session:
        (entry,) = inbox(session)
    assert entry.candidate_id == 1
    assert entry.problem or (entry.status and entry.status.stale)
