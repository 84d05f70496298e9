"""A home made by commit d901fd9: it opens, its evidence verifies, and its candidates go all the way to a pack."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session
from typer.testing import CliRunner

from composer.analysis.examples import rows_of
from composer.analysis.jobs import jobs_of
from composer.candidates.evidence import Evidence
from composer.candidates.records import Candidate, get_candidate, list_candidates
from composer.cli import app
from composer.data.examples import Record
from composer.evaluation import intervals
from composer.home.paths import Home
from composer.registry.datasets import current_dataset
from composer.registry.imports import import_records
from composer.release.history import current_prompts
from composer.release.pack import export_release, pack_of
from composer.release.verification import faults
from composer.review.comments import comments_on
from composer.review.inbox import inbox
from composer.review.regressions import dispositions
from composer.runs.findings import search_findings
from composer.runs.records import ATTRIBUTION, TRACE, get_run
from composer.tables import CandidateRow, CommentRow, RunRow
from library import log
from library.canonical import canonical_bytes, digest, text_digest
from library.database import Database, open_database
from library.nearness import nearly_equal
from tests import small
from tests.composer.review import acts
from tests.scripted import ScriptedEngine

FOLDER = Path(__file__).parents[2] / "fixtures" / "home_d901fd9"
FACTS: dict[str, Any] = json.loads((FOLDER / "facts.json").read_text(encoding="utf-8"))
"""What that commit returned of the home."""


@pytest.fixture
def older(home: Home) -> Iterator[Database]:
    """The database of `home`, as that commit left it."""
    home.path.mkdir(parents=True)
    with sqlite3.connect(home.database) as connection:
        connection.executescript(gzip.decompress((FOLDER / "home.sql.gz").read_bytes()).decode())
    connection.close()
    database = open_database(home.path)
    yield database
    database.close()


def stored(database: Database, number: int) -> Candidate:
    with database.session() as session:
        return get_candidate(session, number)


def evidence_text(session: Session, number: int) -> str:
    row = session.connection().exec_driver_sql("select evidence from candidate where id = ?", (number,)).one()
    return str(row[0])


def test_its_log_is_whole(older: Database, home: Home) -> None:
    with older.session() as session:
        assert log.first_broken(session) is None
    result = CliRunner().invoke(app, ["audit", "verify", "--home", str(home.path)])
    assert (result.exit_code, result.stdout.splitlines()[0]) == (
        0,
        "✓ the log is whole: 27 entries, head 27:d75034b4f0f18d1de6f1436a71ff4cc17b21635434b76b9932f0f0314bffe55f",
    )
    assert "355 rows are older than content hashes" in result.stdout


@pytest.mark.parametrize("number", [1, 2])
def test_its_evidence_verifies_and_is_written_again_as_the_same_bytes(older: Database, number: int) -> None:
    candidate = stored(older, number)
    with older.session() as session:
        text = evidence_text(session, number)
        row = session.get_one(CandidateRow, number)
        assert candidate.outcome.as_json() == row.summary
    assert candidate.evidence_hash == FACTS["evidence"][number - 1] == text_digest(text)
    assert canonical_bytes(Evidence.model_validate_json(text).as_json()).decode() == text
    known = candidate.evidence.as_json("figures", "gates")
    assert (known["figures"], known["gates"]) == (FACTS["figures"][number - 1], FACTS["gates"][number - 1])
    assert list(candidate.regressions) == FACTS["regressions"][number - 1]


@pytest.mark.parametrize("number", [1, 2])
def test_a_review_as_json_holds_its_figures_and_gates_letter_for_letter_as_that_commit_printed_them(
    older: Database, home: Home, number: int
) -> None:
    result = CliRunner().invoke(app, ["review", str(number), "--json", "--home", str(home.path)])
    printed = json.loads(result.stdout)
    for name in ("figures", "gates"):
        assert json.dumps(printed[name]) == json.dumps(FACTS[name][number - 1])
    assert list(printed)[4:8] == ["keys", "figures", "gates", "counts"]


def test_its_run_done_again_on_the_stored_answers_gives_the_same_evidence(
    older: Database, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intervals, "RESAMPLES", 9999)
    with older.session() as session:
        row = session.get_one(RunRow, 2)
        row.state, row.result, row.trace, row.worth = "waiting", {}, [], None
        session.add(row)
    result = small.run(older, home, 2, ScriptedEngine(lambda system, user: pytest.fail("asked")))
    with older.session() as session:
        assert len(list_candidates(session)) == 2
    known = {name: value for name, value in FACTS["results"][1].items() if name not in ("cells", "seconds")}
    assert nearly_equal({name: value for name, value in result.as_json().items() if name in known}, known)


@pytest.mark.parametrize("number", [1, 2])
def test_its_runs_and_what_their_searches_found_are_read(older: Database, number: int) -> None:
    with older.session() as session:
        run, row = get_run(session, number), session.get_one(RunRow, number)
        assert run.result is not None
        assert json.dumps(run.result.as_json()) == json.dumps(row.result)
        assert run.result.as_json() == FACTS["results"][number - 1]
        assert TRACE.dump_python(run.trace, mode="json") == row.trace
        assert ATTRIBUTION.dump_python(run.attribution, mode="json") == row.worth  # type: ignore[arg-type]
        found = search_findings(session, run)
    assert found is not None
    assert found.composition == ("exact", "topic")
    assert len(found.snippets) + len(found.untried) == FACTS["worth"][number - 1]
    assert found.stopped == run.result.stopped


def test_what_was_asked_after_its_run_is_read(older: Database) -> None:
    with older.session() as session:
        steps, noise = jobs_of(session, 1)
    told = {job["kind"]: job["result"] for job in FACTS["jobs"]}
    assert [(one.name, one.difference.candidate) for one in steps.steps] == [
        (one["name"], one["difference"]["candidate"]) for one in told["steps"]
    ]
    assert noise.repeatability is not None
    assert [{"changed": noise.repeatability.changed, "asked": noise.repeatability.asked}] == told["noise"]
    assert (noise.steps, steps.repeatability) == ((), None)


def test_its_inbox_its_comments_and_its_prompt_in_use_are_read(older: Database) -> None:
    with older.session() as session:
        assert {str(one.candidate_id): one.state for one in inbox(session)} == FACTS["states"]
        (place,) = current_prompts(session)
        assert place == ("small", "tiny")
        assert current_prompts(session)[place].stale == ()
        for number, text in ((1, "Shorter would do."), (2, "Was it asked twice?")):
            (comment,) = comments_on(session, get_candidate(session, number))
            assert (comment.text, comment.outdated) == (text, False)
        assert list(dispositions(session, 2)) == ["test-05"]


def test_its_released_prompt_exports_the_same_bytes(older: Database, tmp_path: Path) -> None:
    with older.session() as session:
        pack = export_release(session, "small", "tiny", tmp_path / "pack", by="Rosa", at=small.NOW)
    assert {name: text_digest(content.decode()) for name, content in pack.files.items()} == FACTS["files"]
    assert pack.fingerprint == FACTS["pack"]
    assert faults(tmp_path / "pack") == ()


def test_its_waiting_candidate_is_approved_released_and_exported(older: Database, tmp_path: Path) -> None:
    assert acts.status(older, 2).state == "needs review"
    acts.dispose(older, examples=["test-02"], candidate=2)
    status = acts.approve(older, "Grace", candidate=2)
    assert status.state == "approved"
    release = acts.released(older, candidate=2)
    assert release.candidate_id == 2
    with older.session() as session:
        pack = export_release(session, "small", "other", tmp_path / "pack", by="Rosa", at=small.NOW)
        first = pack_of(session, "small", "tiny")
        assert log.first_broken(session) is None
    assert faults(tmp_path / "pack") == ()
    assert pack.files["messages.json"] == first.files["messages.json"]
    manifest = json.loads(pack.files["manifest.json"])
    assert manifest["evidence"]["sha256"] == FACTS["evidence"][1]
    assert manifest["evidence"]["figures"] == FACTS["figures"][1]


def in_first_format(session: Session, number: int) -> dict[str, Any]:
    """Rewrite a candidate's evidence as the first version wrote it, wherever its hash is named; returns it."""
    row = session.get_one(CandidateRow, number)
    old = json.loads(json.dumps(row.evidence))
    del old["slices"]
    for gate in old["gates"]:
        del gate["binding"]
    for one in old["rows"]:
        for name in ("incumbent_value", "candidate_value", "gold", "slice", "must_not_regress"):
            del one[name]
    was, now = row.evidence_hash, digest(old)
    row.evidence, row.evidence_hash, row.summary = old, now, None
    session.add(row)
    session.flush()
    for table, column in (("log", "detail"), ("verdict", "evidence_hash")):
        session.connection().exec_driver_sql(f"update {table} set {column} = replace({column}, ?, ?)", (was, now))
    chain_anew(session)
    return dict(old)


def chain_anew(session: Session) -> None:
    """Give every entry of the log the hash that it would have had with what it says now."""
    connection, previous = session.connection(), "0" * 64
    for number, at, who, action, subject, why, detail in connection.exec_driver_sql(
        "select id, at, who, action, subject, why, detail from log order by id"
    ).all():
        when = datetime.fromisoformat(at).replace(tzinfo=UTC).isoformat(timespec="microseconds")
        entry = {"previous": previous, "at": when, "who": who, "action": action, "subject": subject, "why": why}
        made = digest({**entry, "detail": json.loads(detail)})
        connection.exec_driver_sql("update log set previous = ?, hash = ? where id = ?", (previous, made, number))
        previous = made
    connection.exec_driver_sql("update log_end set head = ?", (previous,))


def test_evidence_of_the_first_format_is_reviewed_and_exported_as_it_was_written(older: Database) -> None:
    with older.session() as session:
        old = in_first_format(session, 1)
    review = acts.review(older, 1)
    assert (review.status.state, review.candidate.regressions) == ("released", tuple(FACTS["regressions"][0]))
    with older.session() as session:
        assert [row.gold for row in rows_of(session, review)] == [one.gold for one in small.examples(0, 16)]
        assert list_candidates(session)[-1].outcome == review.candidate.outcome
        manifest = json.loads(pack_of(session, "small", "tiny").files["manifest.json"])
    assert manifest["evidence"]["gates"] == old["gates"]
    number = acts.comment(older, "Which label?", kind="example", name="test-05")
    with older.session() as session:
        place = old["data"]["examples"].index("test-05")
        assert session.get_one(CommentRow, number).object_hash == digest([old["candidate"]["cells"][place], None])


def test_its_examples_keep_their_splits_when_their_rows_are_imported_again_with_others(older: Database) -> None:
    with older.session() as session:
        before = current_dataset(session, "small")
        rows = [Record(one.id, one.inputs, one.gold, one.clusters) for one in before.examples]
        assert not import_records(session, small.task(), rows, by="Ada", at=small.NOW).changed
        more = [replace(one, id=f"new-{one.id}", clusters=(f"new-{one.id}",)) for one in rows]
        more = [replace(one, inputs={**one.inputs, "query": f"What of {one.id}?"}) for one in more]
        after = import_records(session, small.task(), [*rows, *more], by="Ada", at=small.NOW).dataset
    splits = {one.id: one.split for one in after.examples}
    assert {one.id: splits[one.id] for one in before.examples} == {one.id: one.split for one in before.examples}
