"""Whether the rows that a candidate's approval, release or export rests on are those that the log names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from composer.audit import differences_about
from composer.audit.contents import is_dataset, is_target, is_task
from composer.candidates.records import Candidate
from composer.candidates.test_split import READ
from composer.tables import (
    BaseRow,
    CandidateRow,
    CellRow,
    CommentRow,
    CorrectionRow,
    DatasetRow,
    DispositionRow,
    ExampleRow,
    ReleaseRow,
    RunRow,
    TargetRow,
    TaskRow,
    TestReadRow,
    VerdictRow,
)
from library.errors import Refused
from library.log import LogEntry
from library.tables import PersonRow, SnippetRow, SnippetVersionRow, Table


def require_intact(session: Session, candidate: Candidate) -> None:
    """Raise `Refused` where a row that a candidate rests on doesn't match the log or its own hash.

    That is its task, data, target, bases, snippets, answers, readings of the test split, verdicts, dispositions
    and corrections, the people, and the releases of its place.
    """
    found = [
        *differences_about(session, _rows(session, candidate), concerns(candidate)),
        *_contents(session, candidate),
    ]
    if found:
        more = f", and {len(found) - 1} more" if found[1:] else ""
        raise Refused(
            f"what candidate {candidate.id} rests on was changed behind the log: {found[0]}{more}",
            fix="`composer audit verify` names all that differs; restore the database from a backup.",
        )


def _rows(session: Session, candidate: Candidate) -> dict[type[Table], list[str]]:
    task, target = candidate.task, candidate.target
    evidence = candidate.evidence
    snippets = select(SnippetVersionRow.snippet_id).where(
        col(SnippetVersionRow.id).in_((*candidate.versions, *candidate.incumbent_versions))
    )
    wanted: dict[type[Table], ColumnElement[bool] | bool] = {
        TaskRow: col(TaskRow.name) == task,
        TargetRow: col(TargetRow.name) == target,
        DatasetRow: col(DatasetRow.task) == task,
        ExampleRow: col(ExampleRow.dataset) == evidence.data.dataset,
        SnippetRow: col(SnippetRow.id).in_(snippets),
        SnippetVersionRow: col(SnippetVersionRow.snippet_id).in_(snippets),
        BaseRow: col(BaseRow.id).in_(_bases(candidate)),
        PersonRow: True,
        RunRow: col(RunRow.id) == candidate.run_id,
        TestReadRow: col(TestReadRow.dataset).startswith(f"{task}:", autoescape=True),
        VerdictRow: col(VerdictRow.candidate_id) == candidate.id,
        DispositionRow: col(DispositionRow.candidate_id) == candidate.id,
        CommentRow: col(CommentRow.candidate_id) == candidate.id,
        CorrectionRow: col(CorrectionRow.task) == task,
        ReleaseRow: ((col(ReleaseRow.task) == task) & (col(ReleaseRow.target) == target))
        | (col(ReleaseRow.candidate_id) == candidate.id),
        CandidateRow: (col(CandidateRow.task) == task) & (col(CandidateRow.target) == target),
    }
    found = {table: _keys(session, table, condition) for table, condition in wanted.items()}
    return {**found, CellRow: [*dict.fromkeys((*evidence.incumbent.cells, *evidence.candidate.cells))]}


def _bases(candidate: Candidate) -> list[int]:
    """Return the numbers of the bases of both its compositions that aren't the task's own."""
    return [one for one in (candidate.base, candidate.incumbent_base) if one is not None]


def _keys(session: Session, table: Any, condition: ColumnElement[bool] | bool) -> list[str]:
    query = select(table.id) if condition is True else select(table.id).where(condition)
    return [str(one) for one in session.exec(query)]


def concerns(candidate: Candidate) -> Callable[[LogEntry], bool]:
    """Return what tells whether an entry of the log is about a candidate, the people, or what it rests on."""
    evidence = candidate.evidence
    subjects = {f"candidate:{candidate.id}", f"run:{candidate.run_id}"}
    subjects |= {f"task:{candidate.task}", f"target:{candidate.target}"}
    subjects |= {f"base:{one}" for one in _bases(candidate)}
    subjects |= {
        f"snippet:{one.key}" for side in (evidence.candidate, evidence.incumbent) for one in side.snippets
    }

    def about(entry: LogEntry) -> bool:
        kind = entry.subject.partition(":")[0]
        if kind == "release":
            place = (entry.detail.get("task"), entry.detail.get("target"))
            return place == (candidate.task, candidate.target)
        if entry.action == READ:
            return str(entry.detail.get("dataset")).startswith(f"{candidate.task}:")
        return kind == "person" or entry.subject in subjects

    return about


def _contents(session: Session, candidate: Candidate) -> Iterable[str]:
    evidence = candidate.evidence
    tasks = session.exec(select(TaskRow).where(TaskRow.hash == evidence.task.hash)).all()
    if not tasks or not all(is_task(row) for row in tasks):
        yield f"task {candidate.task} is not the task that its hash names"
    targets = session.exec(select(TargetRow).where(TargetRow.hash == evidence.target.hash)).all()
    if not all(is_target(row) for row in targets):
        yield f"target {candidate.target} is not the target that its hash names"
    if not is_dataset(session, evidence.data.dataset):
        yield f"the examples of dataset {evidence.data.dataset} are not those that it is named after"
