"""What is released now, verified, with all that it takes to ask it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlmodel import Session

from composer.candidates.evidence import Evidence
from composer.candidates.records import get_candidate
from composer.models.target import Target
from composer.prompts.composition import Composition
from composer.registry.releases import composition_of, get_release
from composer.registry.targets import measured_target
from composer.registry.tasks import get_task_version
from composer.release.pack import pack_of
from composer.release.verification import MANIFEST, faults_in
from composer.task.task import Task
from library.errors import Refused


@dataclass(frozen=True)
class InUse:
    """A release with its task, target and composition as they were measured; `pack` is its pack's fingerprint."""

    release: int
    task: Task
    target: Target
    composition: Composition
    evidence: Evidence
    pack: str


def in_use(session: Session, task: str, target: str) -> InUse:
    """Return what is released now for (task, target).

    Raises `Refused` where nothing is, what `pack_of` raises where a row is no longer what was approved, and
    `Refused` where the pack made of the rows contradicts itself.
    """
    pack = pack_of(session, task, target)
    if found := faults_in(pack.files):
        raise Refused("the release does not verify", where=f"{task} on {target}", problems=found)
    release = get_release(session, json.loads(pack.files[MANIFEST])["release"]["id"])
    evidence = get_candidate(session, release.candidate_id).evidence
    version = get_task_version(session, evidence.task.hash)
    return InUse(
        release.id,
        version,
        measured_target(session, target, evidence.target.hash),
        composition_of(session, version, release.parts),
        evidence,
        pack.fingerprint,
    )
