"""Review: what keeps a candidate from approval, who approved what and why, and the release it makes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from composer import registry
from composer.candidates import candidates, get_candidate, submit
from composer.data.loading import Dataset
from composer.home import Home
from composer.reading import inbox
from composer.releases import Release, add_release, current_release, incumbent_of, releases
from composer.review import get_review, give_verdict
from composer.runs import plan_run
from composer.tables import CandidateRow, ReleaseRow, VerdictRow
from composer.target import Target
from library import log
from library.canonical import digest, text_digest
from library.database import Database
from library.errors import Refused
from library.snippets import import_file
from library.tables import SnippetVersionRow
from tests import small
from tests.scripted import ScriptedEngine


def verdict(database: Database, kind: Any, by: str = "Grace", reason: str = "It is better.") -> Release | None:
    with database.session() as session:
        return give_verdict(session, 1, kind, reason=reason, by=by, at=small.NOW)


def obstacles(database: Database) -> tuple[str, ...]:
    with database.session() as session:
        return get_review(session, 1).obstacles


def state(database: Database) -> str:
    with database.session() as session:
        return get_review(session, 1).state


def chain_is_whole(database: Database) -> bool:
    with database.session() as session:
        return log.first_broken(session) is None


def nothing_was_released(database: Database) -> bool:
    with database.session() as session:
        return not session.exec(select(ReleaseRow)).all()


def test_a_good_candidate_waits_for_review_with_nothing_against_it(submitted: Database) -> None:
    with submitted.session() as session:
        review = get_review(session, 1)
    assert (review.state, review.stale, review.obstacles, review.release) == ("needs review", (), (), None)
    assert review.incumbent.keys == ()
    assert review.composition.keys
    assert (review.approvals, review.approvals_needed) == ((), 1)


def test_an_approval_makes_the_release(submitted: Database) -> None:
    release = verdict(submitted, "approve", reason="  Clear gain, nothing lost. ")
    assert release is not None
    with submitted.session() as session:
        assert current_release(session, "small", "tiny") == release
        assert release.versions == get_candidate(session, 1).versions
        assert (release.released_by, release.reason, release.released_at) == (
            "Grace",
            "Clear gain, nothing lost.",
            small.NOW,
        )
        review = get_review(session, 1)
        assert (review.state, review.approvals, review.release) == ("released", ("Grace",), release)
        assert incumbent_of(session, review.task, "tiny") == review.composition
        given = session.exec(select(VerdictRow)).one()
        assert given.evidence_hash == review.candidate.evidence_hash


def test_every_verdict_and_the_release_are_logged_with_who_when_and_why(submitted: Database) -> None:
    verdict(submitted, "comment", by="Ada", reason="Looks fine.")
    verdict(submitted, "approve")
    with submitted.session() as session:
        said = [(e.who, e.action, e.why) for e in log.entries(session, "candidate:1")][1:]
        (released,) = log.entries(session, "release:1")
    assert said == [("Ada", "comment", "Looks fine."), ("Grace", "approve", "It is better.")]
    assert (released.who, released.action, released.detail["candidate"]) == ("Grace", "released", 1)
    assert chain_is_whole(submitted)


@pytest.mark.parametrize("kind", ["comment", "request changes", "approve"])
@pytest.mark.parametrize("reason", ["", "  ", "\n\t"])
def test_a_verdict_needs_a_reason(submitted: Database, kind: str, reason: str) -> None:
    with pytest.raises(Refused, match="reason"):
        verdict(submitted, kind, reason=reason)
    assert nothing_was_released(submitted)


@pytest.mark.parametrize("kind", ["approved", "", "reject", "Approve"])
def test_an_unknown_verdict_is_refused(submitted: Database, kind: str) -> None:
    with pytest.raises(Refused, match="approve"):
        verdict(submitted, kind)


def test_a_comment_decides_nothing(submitted: Database) -> None:
    assert verdict(submitted, "comment") is None
    assert state(submitted) == "needs review"
    assert obstacles(submitted) == ()


def test_changes_asked_for_by_someone_else_stand_against_an_approval(submitted: Database) -> None:
    assert verdict(submitted, "request changes", by="Ada", reason="Explain row 3.") is None
    assert state(submitted) == "changes requested"
    with pytest.raises(Refused, match="Ada asked for changes"):
        verdict(submitted, "approve", by="Grace")
    verdict(submitted, "comment", by="Ada")
    with pytest.raises(Refused, match="Ada asked for changes"):
        verdict(submitted, "approve", by="Grace")
    assert nothing_was_released(submitted)


def test_who_asked_for_changes_can_settle_them(submitted: Database) -> None:
    verdict(submitted, "request changes", by="Ada")
    assert verdict(submitted, "approve", by="Ada") is not None


def approvals_needed(database: Database, home: Home, needed: int) -> None:
    """Put up candidate 1 of a policy that asks for so many people."""
    with database.session() as session:
        registry.add_task(session, small.task(policy={"approvals": needed}), by="Ada", at=small.NOW)
    summary = small.run(database, home, small.enter(database, budget=100), small.engine())
    assert summary["candidate_id"] == 1


def test_two_approvals_need_two_different_people(filled: Database, home: Home) -> None:
    approvals_needed(filled, home, 2)
    assert verdict(filled, "approve", by="Grace") is None
    assert verdict(filled, "approve", by="Grace") is None
    assert state(filled) == "needs review"
    assert nothing_was_released(filled)
    assert verdict(filled, "approve", by="Ada") is not None
    with filled.session() as session:
        assert get_review(session, 1).approvals == ("Grace", "Ada")


def test_an_approval_taken_back_does_not_count(filled: Database, home: Home) -> None:
    approvals_needed(filled, home, 2)
    verdict(filled, "approve", by="Grace")
    verdict(filled, "request changes", by="Grace", reason="I was too fast.")
    with pytest.raises(Refused, match="Grace asked for changes"):
        verdict(filled, "approve", by="Ada")
    assert nothing_was_released(filled)


def test_a_candidate_with_a_failed_gate_can_not_be_approved(filled: Database, home: Home) -> None:
    good = small.engine().answer

    def answer(system: str, message: str) -> str:
        bad = len(system.split("\n")) > 2 and "test 0?" in message
        return "no idea" if bad else good(system, message)

    summary = small.run(filled, home, small.enter(filled, budget=100), ScriptedEngine(answer))
    assert [gate["name"] for gate in summary["gates"] if not gate["passed"]] == ["valid rate"]
    with pytest.raises(Refused, match="valid rate"):
        verdict(filled, "approve")
    assert nothing_was_released(filled)
    assert verdict(filled, "request changes") is None


def edit_task(session: Session, folder: Path) -> None:
    registry.add_task(session, small.task(title="Edited"), by="Ada", at=small.NOW)


def correct_a_label(session: Session, folder: Path) -> None:
    first, *rest = small.examples()
    corrected = Dataset((small.example(0, gold=float(first.gold) + 1), *rest))
    registry.add_examples(session, small.task(), corrected, by="Ada", at=small.NOW)


def edit_target(session: Session, folder: Path) -> None:
    target = Target(name="tiny", kind="embedded", model="qwen2.5-coder-0.5b", temperature=0.5)
    registry.add_target(session, target, by="Ada", at=small.NOW)


def release_another(session: Session, folder: Path) -> None:
    plan = plan_run(session, "small", "tiny", strategy="greedy", seed=0, budget=100)
    other = plan.vocabulary.compose(["mild"])
    evidence = {**get_candidate(session, 1).evidence, "test_reads_before": 1}
    number = submit(session, 1, plan, other, evidence, by="Ada", at=small.NOW)
    add_release(
        session,
        candidate_id=number,
        task="small",
        target="tiny",
        versions=[version.id for version in other.versions],
        by="Ada",
        reason="Meanwhile.",
        at=small.NOW,
    )


def retire_a_snippet(session: Session, folder: Path) -> None:
    row = session.get_one(SnippetVersionRow, get_candidate(session, 1).versions[0])
    row.state = "retired"
    session.add(row)


STALE: dict[str, tuple[Callable[[Session, Path], None], str]] = {
    "the task was edited": (edit_task, "edited"),
    "a label was corrected": (correct_a_label, "data changed"),
    "the target was edited": (edit_target, "target tiny was edited"),
    "another prompt was released": (release_another, "released since"),
    "a snippet was retired": (retire_a_snippet, "retired"),
}


@pytest.mark.parametrize(("change", "says"), STALE.values(), ids=STALE)
def test_when_what_it_rests_on_changed_it_is_stale_says_so_and_can_not_be_approved(
    submitted: Database, tmp_path: Path, change: Callable[[Session, Path], None], says: str
) -> None:
    with submitted.session() as session:
        change(session, tmp_path)
    with submitted.session() as session:
        review = get_review(session, 1)
        assert review.state == "stale"
        assert any(says in reason for reason in review.stale)
        assert review in [entry.review for entry in inbox(session)]
    with pytest.raises(Refused, match=says):
        verdict(submitted, "approve")
    with submitted.session() as session:
        assert not [one for one in releases(session) if one.candidate_id == 1]
    assert verdict(submitted, "comment") is None


def test_a_task_edited_and_edited_back_is_not_stale(submitted: Database, tmp_path: Path) -> None:
    with submitted.session() as session:
        edit_task(session, tmp_path)
        registry.add_task(session, small.task(), by="Ada", at=small.NOW)
    assert obstacles(submitted) == ()


def test_a_new_wording_of_a_snippet_leaves_the_candidate_as_it_was_measured(
    submitted: Database, tmp_path: Path
) -> None:
    with submitted.session() as session:
        before = get_review(session, 1).composition
        library = small.write_library(tmp_path / "edit.yaml", {before.keys[0]: "Said in other words."})
        import_file(session, library, by="Ada", at=small.NOW)
    with submitted.session() as session:
        assert get_review(session, 1).composition.text == before.text


def test_evidence_changed_in_its_row_can_not_be_approved(submitted: Database) -> None:
    with submitted.session() as session:
        row = session.get_one(CandidateRow, 1)
        row.evidence = {**row.evidence, "gates": []}
        session.add(row)
    with pytest.raises(Refused, match="not the evidence"):
        verdict(submitted, "approve")


def test_a_candidate_pointed_at_another_snippet_can_not_be_approved(submitted: Database) -> None:
    with submitted.session() as session:
        row = session.get_one(CandidateRow, 1)
        row.versions = [4]
        session.add(row)
    with pytest.raises(Refused, match="not the text that was measured"):
        verdict(submitted, "approve")
    assert nothing_was_released(submitted)


@pytest.mark.parametrize("with_its_hash", [False, True])
def test_a_snippet_text_changed_in_its_row_can_not_be_approved(submitted: Database, with_its_hash: bool) -> None:
    with submitted.session() as session:
        number = get_candidate(session, 1).versions[0]
        values = {"said": "Say 5.", "sha": text_digest("Say 5."), "id": number}
        also = ", sha256 = :sha" if with_its_hash else ""
        session.execute(text(f"update snippet_version set text = :said{also} where id = :id"), values)
    with pytest.raises(Refused):
        verdict(submitted, "approve")
    assert nothing_was_released(submitted)


def test_a_released_candidate_can_be_commented_and_nothing_else(submitted: Database) -> None:
    verdict(submitted, "approve")
    assert verdict(submitted, "comment") is None
    for kind in ("approve", "request changes"):
        with pytest.raises(Refused, match="released already"):
            verdict(submitted, kind, by="Ada")
    with submitted.session() as session:
        assert len(releases(session)) == 1


def test_a_candidate_that_was_replaced_says_so(submitted: Database, tmp_path: Path) -> None:
    verdict(submitted, "approve")
    with submitted.session() as session:
        release_another(session, tmp_path)
    assert state(submitted) == "replaced"


def test_after_a_release_the_next_search_starts_from_it(submitted: Database, home: Home) -> None:
    verdict(submitted, "approve")
    with submitted.session() as session:
        plan = plan_run(session, "small", "tiny", strategy="greedy", seed=0, budget=100)
        assert plan.incumbent == get_review(session, 1).composition
    summary = small.run(submitted, home, small.enter(submitted, budget=100), small.engine())
    with submitted.session() as session:
        found = candidates(session)
    assert summary["candidate_id"] in {None, *(one.id for one in found)}
    assert all(one.incumbent_versions == found[-1].versions for one in found[:-1])


def test_a_reason_that_can_not_be_written_is_refused(submitted: Database) -> None:
    with pytest.raises(Refused):
        verdict(submitted, "comment", reason="a lone surrogate \udcff")


def test_the_hash_of_the_evidence_is_the_hash_of_its_content(submitted: Database) -> None:
    with submitted.session() as session:
        candidate = get_candidate(session, 1)
    assert candidate.evidence_hash == digest(candidate.evidence)


def test_two_reviewers_who_approve_at_once_make_one_release(submitted: Database) -> None:
    def approve(by: str) -> Release | None:
        try:
            return verdict(submitted, "approve", by=by)
        except Refused:
            return None

    with ThreadPoolExecutor(4) as executor:
        made = [release for release in executor.map(approve, ("Ada", "Grace", "Joan", "Mary")) if release]
    assert len(made) == 1
    with submitted.session() as session:
        assert len(releases(session)) == 1
    assert chain_is_whole(submitted)
