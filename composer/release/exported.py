"""A release as what export formats are made of, checked again from its rows."""

from __future__ import annotations

import json

from sqlmodel import Session

from composer.candidates.records import get_candidate
from composer.formats.prompt import ExportedPrompt, SealedRow
from composer.registry.datasets import examples_named
from composer.registry.targets import measured_target
from composer.registry.tasks import get_task_version
from composer.release.pack import pack_of
from composer.release.verification import MANIFEST, PROMPT


def exported_prompt(session: Session, task: str, target: str, *, rows: bool = False) -> ExportedPrompt:
    """Return what is released now for (task, target); with `rows` also the sealed examples it was measured on.

    Raises what `pack_of` raises, and `Refused` where the target that was measured is not stored any more.
    """
    pack = pack_of(session, task, target)
    manifest = json.loads(pack.files[MANIFEST])
    evidence = get_candidate(session, manifest["release"]["candidate"]).evidence
    version = get_task_version(session, evidence.task.hash)
    measured = measured_target(session, target, evidence.target.hash)
    found = examples_named(session, evidence.data.dataset, evidence.data.examples) if rows else ()
    return ExportedPrompt(
        task=task,
        title=version.title,
        target=target,
        model=measured.model,
        request=measured.request_fields,
        system=pack.system,
        prompt=pack.files[PROMPT].decode(),
        message=version.message,
        inputs=version.inputs,
        output=version.output,
        fingerprint=pack.fingerprint,
        release=manifest["release"]["id"],
        manifest=manifest,
        rows=tuple(SealedRow(one.id, one.inputs, one.gold) for one in found),
    )
