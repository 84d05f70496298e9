"""Gathers what a signed statement says of a release: who decided what, on which evidence, as the log has it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlmodel import Session

from composer.attestation.facts import PREDICATE, STATEMENT
from composer.candidates.records import Candidate, get_candidate
from composer.registry.bases import get_base
from composer.registry.tasks import get_task_version
from composer.review.integrity import concerns
from composer.review.regressions import all_dispositions
from composer.review.verdicts import verdicts_on
from library import log
from library.canonical import canonical_bytes
from library.snippets import versions


def statement_of(session: Session, files: Mapping[str, bytes], manifest: str) -> bytes:
    """Return the in-toto statement about the files of a pack, whose manifest has this name.

    Raises `Refused` where the log is broken, and what reading the candidate raises.
    """
    said = json.loads(files[manifest])
    candidate = get_candidate(session, said["release"]["candidate"])
    subjects = [
        {"name": name, "digest": {"sha256": sha256(content).hexdigest()}}
        for name, content in sorted(files.items())
    ]
    statement = {
        "_type": STATEMENT,
        "subject": subjects,
        "predicateType": PREDICATE,
        "predicate": _review(session, candidate),
    }
    return canonical_bytes(statement)


def _review(session: Session, candidate: Candidate) -> dict[str, Any]:
    task = get_task_version(session, candidate.evidence.task.hash)
    authors = {one.author for one in versions(session, candidate.versions)}
    if candidate.base is not None:
        authors.add(get_base(session, task.name, candidate.base).added_by)
    return {
        "candidate": candidate.id,
        "task": task.model_dump(mode="json"),
        "evidence": candidate.evidence.as_json(),
        "proposer": candidate.proposed_by,
        "authors": sorted(authors),
        "verdicts": [
            {
                "id": one.id,
                "kind": one.kind,
                "reason": one.reason,
                "reviewer": one.reviewer,
                "evidence": one.evidence_hash,
                "at": _time(one.given_at),
                "about": one.about,
                "local": one.local,
            }
            for one in verdicts_on(session, candidate.id)
        ],
        "dispositions": [
            {
                "example": one.example_id,
                "kind": one.kind,
                "reason": one.reason,
                "reviewer": one.reviewer,
                "at": _time(one.given_at),
            }
            for one in all_dispositions(session, candidate.id)
        ],
        "log": list(_entries(session, candidate)),
    }


def _entries(session: Session, candidate: Candidate) -> Iterator[dict[str, Any]]:
    """Yield the entries that concern a candidate, each with the hash of the one before it in the whole log."""
    wanted, previous = concerns(candidate), log.EMPTY
    for entry in log.chained_entries(session):
        if wanted(entry):
            yield {
                "at": _time(entry.at),
                "who": entry.who,
                "action": entry.action,
                "subject": entry.subject,
                "why": entry.why,
                "detail": entry.detail,
                "previous": previous,
                "hash": entry.hash,
            }
        previous = entry.hash


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
