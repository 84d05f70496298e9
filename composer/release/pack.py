"""Packs: a released prompt as files that can be verified anywhere, without database or network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

from rfc8785 import CanonicalizationError
from sqlmodel import Session

from composer.candidates.records import get_candidate
from composer.prompts.composition import put_together
from composer.registry.releases import composition_of, current_release
from composer.registry.tasks import get_task_version
from library import log
from library.canonical import canonical_bytes, digest, text_digest
from library.errors import Refused

PROMPT, MESSAGES, MANIFEST = "prompt.txt", "messages.json", "manifest.json"
SEALS = "seals"


@dataclass(frozen=True)
class Pack:
    """The files of one exported release, by name."""

    files: Mapping[str, bytes]

    @property
    def fingerprint(self) -> str:
        """Identity of the whole pack; sha256 in hex."""
        return digest({name: text_digest(content.decode()) for name, content in sorted(self.files.items())})


def pack_of(session: Session, task_name: str, target_name: str) -> Pack:
    """Return the pack of what is released now for (task, target).

    Raises `Refused` where nothing is, and `UnvettedText` where a row is no longer what was vetted.
    """
    release = current_release(session, task_name, target_name)
    if release is None:
        raise Refused(
            f"nothing is released for {task_name} on {target_name}",
            fix="Approve a candidate in the Inbox, or with `composer review`.",
        )
    candidate = get_candidate(session, release.candidate_id)
    evidence = candidate.evidence
    task = get_task_version(session, evidence.task.hash)
    composition = composition_of(session, task, release.versions)
    if text_digest(composition.text) != evidence.candidate.prompt_sha256:
        raise Refused(f"the prompt of release {release.id} is not the prompt that was measured")
    fields: dict[str, Any] = {
        "format": 1,
        "task": {
            "name": task.name,
            "hash": task.hash,
            "base": task.base,
            "message": task.message,
            "inputs": list(task.inputs),
            "output": task.output.model_dump(mode="json", exclude_none=True),
        },
        "target": evidence.target.model_dump(),
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
    texts = _texts(manifest)
    if texts[PROMPT] != composition.text.encode():
        raise ValueError("the manifest does not compose to the released prompt")
    return Pack({**texts, MANIFEST: canonical_bytes(manifest)})


def write_pack(pack: Pack, folder: Path) -> None:
    """Write a pack into a folder, which may exist but may hold nothing else; raises `Refused` otherwise."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        strangers = sorted({path.name for path in folder.iterdir()} - set(pack.files))
        if strangers:
            raise Refused(
                f"the folder already holds {', '.join(strangers[:3])}",
                where=str(folder),
                fix="Choose an empty one.",
            )
        for name, content in pack.files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise Refused(
            f"the pack can't be written: {error.strerror}", where=str(folder), fix="Choose another folder."
        ) from error


def faults(folder: Path) -> tuple[str, ...]:
    """Say which bytes or fields of an exported pack are off; empty when it is intact."""
    if not folder.is_dir():
        return (f"{folder} is not a folder",)
    found = {path.name: path for path in folder.iterdir()}
    missing = [name for name in (PROMPT, MESSAGES, MANIFEST) if name not in found]
    if missing:
        return tuple(f"{name} is missing" for name in missing)
    strangers = sorted(set(found) - {PROMPT, MESSAGES, MANIFEST})
    off = [f"{name} does not belong to the pack" for name in strangers]
    try:
        content = {name: found[name].read_bytes() for name in (PROMPT, MESSAGES, MANIFEST)}
    except OSError as error:
        return (*off, f"the pack can't be read: {error}")
    manifest = _manifest(content[MANIFEST])
    if isinstance(manifest, str):
        return (*off, manifest)
    off += _broken_seals(manifest)
    if off:
        return tuple(off)
    try:
        texts = _texts(manifest)
    except (KeyError, TypeError, AttributeError):
        return (f"{MANIFEST}: the field task or snippets is not that of a pack",)
    for name, expected in texts.items():
        off += _difference(name, content[name], expected)
    return tuple(off)


def _texts(manifest: Mapping[str, Any]) -> dict[str, bytes]:
    """Put prompt and messages together from the base, the snippets and the template of a manifest."""
    prompt = put_together(manifest["task"]["base"], [snippet["text"] for snippet in manifest["snippets"]])
    messages = [
        {"role": "system", "content": prompt},
        {"role": "user", "content": manifest["task"]["message"]},
    ]
    return {PROMPT: prompt.encode(), MESSAGES: canonical_bytes(messages)}


def _manifest(content: bytes) -> dict[str, Any] | str:
    try:
        manifest = json.loads(content)
    except UnicodeDecodeError as error:
        return f"{MANIFEST}, byte {error.start}: not UTF-8"
    except json.JSONDecodeError as error:
        return f"{MANIFEST}, byte {error.pos}: not JSON ({error.msg})"
    except (ValueError, RecursionError) as error:
        return f"{MANIFEST}: not JSON that can be read ({error})"
    if not isinstance(manifest, dict) or not isinstance(manifest.get(SEALS), dict):
        return f"{MANIFEST}: the field {SEALS} is off"
    try:
        expected = canonical_bytes(manifest)
    except (CanonicalizationError, RecursionError) as error:
        return f"{MANIFEST}: a number or character of field {_uncanonical(manifest)} is off ({error})"
    off = _difference(MANIFEST, content, expected)
    return off[0] if off else manifest


def _uncanonical(manifest: Mapping[str, Any]) -> str:
    for name, value in manifest.items():
        try:
            canonical_bytes({name: value})
        except (CanonicalizationError, RecursionError):
            return name
    raise ValueError("every field has a canonical form")


def _broken_seals(manifest: dict[str, Any]) -> list[str]:
    seals = manifest[SEALS]
    fields = [name for name in manifest if name != SEALS]
    off = [f"{MANIFEST}: the field {name} is off" for name in fields if seals.get(name) != digest(manifest[name])]
    return off + [f"{MANIFEST}: the field {name} is missing" for name in seals if name not in manifest]


def _difference(name: str, found: bytes, expected: bytes) -> list[str]:
    if found == expected:
        return []
    pairs = enumerate(zip_longest(found, expected))
    first = next((place for place, (ours, theirs) in pairs if ours != theirs), None)
    return [] if first is None else [f"{name} byte {first} is off"]


def export_release(session: Session, task: str, target: str, folder: Path, *, by: str, at: datetime) -> Pack:
    """Write the pack of what is released now into a folder, and log it; raises what its parts raise."""
    pack = pack_of(session, task, target)
    write_pack(pack, folder)
    log.append(
        session,
        who=by,
        action="exported",
        subject=f"prompt:{task}:{target}",
        why="",
        detail={"pack": pack.fingerprint},
        at=at,
    )
    return pack
