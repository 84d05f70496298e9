"""Tasks, targets, datasets, texts and evidence against the hashes beside them, computed anew."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Text, type_coerce
from sqlmodel import Session, col, select

from composer.data.examples import Example, dataset_hash
from composer.models.target import stored_target
from composer.tables import BaseRow, CandidateRow, DatasetRow, ExampleRow, TargetRow, TaskRow
from composer.task.task import stored_task
from library.canonical import text_digest
from library.tables import SnippetVersionRow


def content_differences(session: Session) -> list[str]:
    """Say which rows hold a content that isn't that of the hash beside it."""
    return [
        *_wrong_tasks(session),
        *_wrong_targets(session),
        *(
            f"the examples of dataset {name} are not those that it is named after"
            for name in session.exec(select(DatasetRow.hash).distinct())
            if not is_dataset(session, name)
        ),
        *_wrong_texts(session),
    ]


def _wrong_tasks(session: Session) -> Iterator[str]:
    for row in session.exec(select(TaskRow)):
        if not is_task(row):
            yield f"task {row.id} ({row.name}) is not the task that its hash names"


def is_task(row: TaskRow) -> bool:
    """Whether a row's content is the task of its name and hash."""
    return stored_task(row.content, row.name, row.hash) is not None


def _wrong_targets(session: Session) -> Iterator[str]:
    for row in session.exec(select(TargetRow)):
        if not is_target(row):
            yield f"target {row.id} ({row.name}) is not the target that its hash names"


def is_target(row: TargetRow) -> bool:
    """Whether a row's content is the target of its name and hash."""
    return stored_target(row.content, row.name, row.hash) is not None


def is_dataset(session: Session, name: str) -> bool:
    """Whether the stored examples of a dataset are those that its name is the hash of."""
    contents = session.exec(select(ExampleRow.content).where(ExampleRow.dataset == name))
    try:
        found = dataset_hash(Example(**content) for content in contents)
    except (TypeError, ValueError, AttributeError):
        return False
    return name.partition(":")[2] == found


def _wrong_texts(session: Session) -> Iterator[str]:
    versions = select(SnippetVersionRow.id, SnippetVersionRow.text, SnippetVersionRow.sha256)
    for number, text, sha256 in session.exec(versions):
        if text_digest(text) != sha256:
            yield f"the text of snippet version {number} is not that of its hash"
    for number, text, sha256 in session.exec(select(BaseRow.id, BaseRow.text, BaseRow.sha256)):
        if text_digest(text) != sha256:
            yield f"the text of base {number} is not that of its hash"
    stored = type_coerce(col(CandidateRow.evidence), Text)
    for number, text, sha256 in session.exec(select(CandidateRow.id, stored, CandidateRow.evidence_hash)):
        if text_digest(text) != sha256:
            yield f"the evidence of candidate {number} is not that of its hash"
