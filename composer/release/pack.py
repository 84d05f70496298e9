"""Packs: a released prompt as files that can be verified anywhere, without database or network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlmodel import Session

from composer.candidates.records import get_candidate
from composer.models.system_role import SystemRole
from composer.registry.bases import ProposedBase, get_base
from composer.registry.releases import composition_of
from composer.registry.tasks import get_task_version
from composer.release.earlier import Superseded, release_to_export, superseded
from composer.release.verification import EVIDENCE, MANIFEST, PROMPT, SEALS, pack_texts
from composer.review.integrity import require_intact
from library import log
from library.atomic import UNSEEN, write_folder
from library.canonical import canonical_bytes, digest, text_digest
from library.disk import unwritable
from library.errors import Refused
from library.people import require_scope

if TYPE_CHECKING:
    from composer.attestation.signing import PrivateKey


@dataclass(frozen=True)
class Pack:
    """The files of one exported release, by name; `system` is where its target takes the prompt.

    `superseded` says of an earlier release what took its place. The files don't: they are what was approved.
    """

    files: Mapping[str, bytes]
    system: SystemRole = "role"
    release: int = 0
    superseded: Superseded | None = None

    @property
    def fingerprint(self) -> str:
        """Identity of the whole pack; sha256 in hex."""
        return digest({name: text_digest(content.decode()) for name, content in sorted(self.files.items())})


def pack_of(session: Session, task_name: str, target_name: str, release_id: int | None = None) -> Pack:
    """Return the pack of what is released now for (task, target), or of an earlier release of theirs.

    An earlier release has the very pack that it had when it was in use. Raises what `release_to_export` raises,
    and `UnvettedText` where a row is no longer what was vetted.
    """
    release = release_to_export(session, task_name, target_name, release_id)
    candidate = get_candidate(session, release.candidate_id)
    evidence = candidate.evidence
    task = get_task_version(session, evidence.task.hash)
    composition = composition_of(session, task, release.parts)
    if text_digest(composition.text) != evidence.candidate.prompt_sha256:
        raise Refused(f"the prompt of release {release.id} is not the prompt that was measured")
    require_intact(session, candidate)
    fields: dict[str, Any] = {
        "format": 1,
        "task": {
            "name": task.name,
            "hash": task.hash,
            "base": composition.base,
            "message": task.message,
            "inputs": list(task.inputs),
            "output": task.output.model_dump(mode="json", exclude_none=True),
        },
        **({} if release.base is None else {"base": _proposed(get_base(session, task.name, release.base))}),
        **evidence.as_json("target"),
        "snippets": [
            {"key": v.key, "version": v.version, "sha256": v.sha256, "text": v.text} for v in composition.versions
        ],
        "evidence": {
            "sha256": candidate.evidence_hash,
            "examples": len(evidence.data.examples),
            **evidence.as_json("figures", "counts", "gates"),
        },
        "release": {
            "id": release.id,
            "candidate": release.candidate_id,
            "by": release.released_by,
            "at": release.released_at.isoformat(),
            "reason": release.reason,
        },
    }
    manifest = {**fields, SEALS: {name: digest(value) for name, value in fields.items()}}
    texts = pack_texts(manifest)
    if texts[PROMPT] != composition.text.encode():
        raise ValueError("the manifest does not compose to the released prompt")
    files = {**texts, MANIFEST: canonical_bytes(manifest)}
    return Pack(files, evidence.target.system, release.id, superseded(session, release))


def logged(found: Superseded | None) -> dict[str, Any]:
    """Return what the log says of an export of a release that is not in use; nothing of one that is."""
    return {} if found is None else {"release": found.release, "instead_of": found.now}


def _proposed(base: ProposedBase) -> dict[str, Any]:
    """Return what a manifest says of a base that isn't that of the task's file."""
    at = base.added_at.isoformat()
    return {"id": base.id, "sha256": base.sha256, "by": base.added_by, "at": at, "note": base.note}


def write_pack(pack: Pack, folder: Path) -> None:
    """Write a pack into a folder, which may exist but may hold nothing else; raises `Refused` otherwise."""
    write_files(pack.files, folder)


def write_files(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files into a folder that holds no others; raises `Refused` where it does, or can't be written.

    A process that is killed leaves all of them, what was there, or for older ones some without their manifest.
    """
    try:
        here = {path.name for path in folder.iterdir()} if folder.exists() else set()
        if strangers := sorted(here - set(files) - {UNSEEN}):
            raise Refused(
                f"the folder already holds {', '.join(strangers[:3])}",
                where=str(folder),
                fix="Choose an empty one.",
            )
        write_folder(folder, files, last=MANIFEST)
    except OSError as error:
        raise unwritable("the pack", folder, error, fix="Choose another folder.") from error


def export_release(
    session: Session,
    task: str,
    target: str,
    folder: Path,
    *,
    by: str,
    at: datetime,
    key: PrivateKey | None = None,
    release: int | None = None,
) -> Pack:
    """Write the pack of what is released now, or of an earlier release, into a folder, and log it.

    With a key, the signed evidence of how the release was approved lies beside it. Raises what its parts raise,
    and `NotAllowed` for a service token that isn't made for it.
    """
    require_scope(session, by, "export", task)
    pack = pack_of(session, task, target, release)
    signed = {} if key is None else {EVIDENCE: _signed(session, pack, key)}
    write_files({**pack.files, **signed}, folder)
    log.append(
        session,
        who=by,
        action="exported",
        subject=f"prompt:{task}:{target}",
        why="",
        detail={
            "pack": pack.fingerprint,
            **({} if key is None else {"signed": key.public_key.keyid}),
            **logged(pack.superseded),
        },
        at=at,
    )
    return pack


def _signed(session: Session, pack: Pack, key: PrivateKey) -> bytes:
    from composer.attestation.signing import sealed  # few exports are signed, and cryptography takes a while
    from composer.attestation.statement import statement_of

    return sealed(statement_of(session, pack.files, MANIFEST), key)
