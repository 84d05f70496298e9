"""Checks what a signed statement says of a release, offline: its files, its log, its approvals."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from pydantic import ValidationError

from composer.attestation.approved import LOGGED_VERDICTS, REGRESSION, approval_faults
from composer.attestation.facts import PREDICATE, STATEMENT, ReviewFacts, Statement
from composer.candidates.evidence import Evidence
from composer.prompts.composition import put_together
from composer.task.task import Task, stored_task
from library.canonical import canonical_bytes, digest, text_digest


def review_faults(payload: bytes, files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what is off in a statement about these files, the pack's own; empty where it all holds.

    Nothing is looked up anywhere. What it rests on is that the statement was signed: whoever holds the key could
    sign another one, which still has to hold together.
    """
    try:
        read = json.loads(payload)
        canonical = canonical_bytes(read) == payload
        statement = Statement.model_validate_json(payload)
        evidence = Evidence.model_validate(statement.predicate.evidence)
    except ValidationError as error:
        place = ".".join(str(one) for one in error.errors()[0]["loc"])
        return (f"the statement's field {place} is off",)
    except (ValueError, RecursionError) as error:
        return (f"the statement can't be read: {error}",)
    if not canonical:
        return ("the statement is not written as it was signed",)
    if (statement.type, statement.predicateType) != (STATEMENT, PREDICATE):
        return ("the statement is of another kind",)
    facts = statement.predicate
    task = stored_task(facts.task, str(manifest["task"]["name"]), str(manifest["task"]["hash"]))
    if task is None:
        return ("the statement's task is not the one that the manifest names",)
    try:
        found = (
            *_files(statement, files),
            *_manifest(facts, evidence, task, manifest),
            *_log(facts),
            *_decisions(facts),
            *_release(facts, manifest),
        )
        # Whether the approvals suffice is only worth saying of a statement that holds together.
        return found or tuple(approval_faults(facts, evidence, task))
    except (ValueError, TypeError, AttributeError) as error:
        return (f"a detail of the statement's log is not one that is written ({error})",)


def _files(statement: Statement, files: Mapping[str, bytes]) -> Iterator[str]:
    said = {one.name: one.digest.sha256 for one in statement.subject}
    if len(said) != len(statement.subject) or set(said) != set(files):
        yield "the statement is about other files"
    for name in sorted(set(said) & set(files)):
        if said[name] != sha256(files[name]).hexdigest():
            yield f"{name} is not the file that was signed"


def _manifest(facts: ReviewFacts, evidence: Evidence, task: Task, manifest: Mapping[str, Any]) -> Iterator[str]:
    own, said = manifest["task"], manifest["evidence"]
    output = task.output.model_dump(mode="json", exclude_none=True)
    agree = {
        "evidence": said["sha256"] == digest(facts.evidence),
        "evidence.figures": all(said[name] == facts.evidence.get(name) for name in ("figures", "counts", "gates")),
        "task.hash": own["hash"] == evidence.task.hash,
        "task.message": own["message"] == task.message,
        "task.inputs": own["inputs"] == list(task.inputs),
        "task.output": own["output"] == output,
        "task.base": "base" in manifest or own["base"] == task.base,
        "target": manifest["target"] == facts.evidence.get("target"),
        "task.base and snippets": text_digest(
            put_together(own["base"], [one["text"] for one in manifest["snippets"]])
        )
        == evidence.candidate.prompt_sha256,
        "snippets": [(one["key"], one["version"], one["sha256"]) for one in manifest["snippets"]]
        == [(one.key, one.version, one.sha256) for one in evidence.candidate.snippets],
        "release.candidate": manifest["release"]["candidate"] == facts.candidate,
    }
    for name, agrees in agree.items():
        if not agrees:
            yield f"the manifest's field {name} is not what the statement says"


def _log(facts: ReviewFacts) -> Iterator[str]:
    """Check each entry's own hash, and that they follow one another as far as they are neighbours."""
    seen: set[str] = set()
    befores: set[str] = set()
    for number, entry in enumerate(facts.log, 1):
        if entry.computed_hash != entry.hash:
            yield f"entry {number} of the statement's log is not what was written"
        if entry.previous in befores or entry.hash in seen:
            yield f"entry {number} of the statement's log is there twice"
        seen.add(entry.hash)
        befores.add(entry.previous)
    places = {entry.hash: place for place, entry in enumerate(facts.log)}
    for place, entry in enumerate(facts.log):
        if places.get(entry.previous, place - 1) != place - 1:
            yield f"entry {place + 1} of the statement's log is out of its order"


def _decisions(facts: ReviewFacts) -> Iterator[str]:
    """Check verdicts and dispositions against the log, both ways."""
    about = [entry for entry in facts.log if entry.subject == f"candidate:{facts.candidate}"]
    logged = [
        (one.action, one.who, one.why, one.at, one.detail.get("evidence"), one.detail.get("verdict"))
        for one in about
        if one.action in LOGGED_VERDICTS
    ]
    given = [(one.kind, one.reviewer, one.reason, one.at, one.evidence, one.about) for one in facts.verdicts]
    if logged != given:
        yield "the statement's verdicts are not those of its log"
    ids = [one.id for one in facts.verdicts]
    if ids != sorted(set(ids)):
        yield "the statement's verdicts are not in their order"
    wrote = [
        (example, one.action.removeprefix(REGRESSION), one.who, one.why, one.at)
        for one in about
        if one.action.startswith(REGRESSION)
        for example in one.detail.get("examples", ())
    ]
    if wrote != [(one.example, one.kind, one.reviewer, one.reason, one.at) for one in facts.dispositions]:
        yield "the statement's dispositions are not those of its log"
    submitted = [one for one in about if one.action == "candidate submitted"]
    if [(one.detail.get("evidence"), one.detail.get("proposed_by", one.who)) for one in submitted] != [
        (digest(facts.evidence), facts.proposer)
    ]:
        yield "the statement's log does not say who submitted this evidence"


def _release(facts: ReviewFacts, manifest: Mapping[str, Any]) -> Iterator[str]:
    release = manifest["release"]
    logged = [entry for entry in facts.log if entry.subject == f"release:{release['id']}"]
    said: Sequence[tuple[Any, ...]] = [
        (one.who, one.why, datetime.fromisoformat(one.at), one.detail.get("candidate")) for one in logged
    ]
    at = datetime.fromisoformat(release["at"])
    if said != [(release["by"], release["reason"], at, facts.candidate)]:
        yield "the manifest's release is not the one in the statement's log"
