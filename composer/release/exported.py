"""A release in the formats of other tools: made from its rows, checked again, each proved before it is written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from composer.candidates.records import get_candidate
from composer.formats.asked import read_asked
from composer.formats.format import Files, Format
from composer.formats.prompt import ExportedPrompt, SealedRow
from composer.formats.proof import Written, written
from composer.registry.datasets import examples_named
from composer.registry.releases import get_release
from composer.registry.targets import measured_target
from composer.registry.tasks import get_task_version
from composer.release.earlier import Superseded, superseded
from composer.release.pack import logged, pack_of, write_files
from composer.release.verification import MANIFEST, PROMPT
from library import log
from library.errors import Refused
from library.people import require_scope


def exported_prompt(
    session: Session, task: str, target: str, *, rows: bool = False, release: int | None = None
) -> ExportedPrompt:
    """Return what is released now for (task, target), or an earlier release of theirs.

    With `rows` it also has the sealed examples that it was measured on.

    Raises what `pack_of` raises, and `Refused` where the target that was measured is not stored any more.
    """
    pack = pack_of(session, task, target, release)
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
        api=measured.api,
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


@dataclass(frozen=True)
class Export:
    """What an export came to: the formats that were written, and why any of the others can't hold the prompt.

    `superseded` says of an earlier release what took its place.
    """

    prompt: ExportedPrompt
    written: tuple[Written, ...]
    refused: Mapping[str, Refused]
    superseded: Superseded | None = None

    @property
    def files(self) -> Files:
        """The files of all formats, by name."""
        return {name: content for one in self.written for name, content in one.files.items()}


def made(prompt: ExportedPrompt, formats: Sequence[Format]) -> Export:
    """Make and prove a prompt's files in each of these formats; those that can't hold it are among the refused."""
    done: list[Written] = []
    refused: dict[str, Refused] = {}
    for format in formats:
        try:
            done.append(written(format, prompt))
        except Refused as refusal:
            refused[format.name] = refusal
    return Export(prompt, tuple(done), refused)


def export_formats(
    session: Session,
    task: str,
    target: str,
    folder: Path,
    formats: Sequence[Format],
    *,
    asked: Path | None = None,
    all_or_none: bool = True,
    release: int | None = None,
    by: str,
    at: datetime,
) -> Export:
    """Write what is released now for (task, target), or an earlier release, in these formats, and log it.

    `asked` is a file of rows to be asked, for the formats that are requests. Raises what its parts raise, and with
    `all_or_none` the first refusal of a format, before anything is written; likewise where none is left to write.
    """
    require_scope(session, by, "export", task)
    prompt = exported_prompt(session, task, target, rows=True, release=release)
    took = superseded(session, get_release(session, prompt.release))
    if asked is not None:
        prompt = replace(prompt, asked=read_asked(asked, prompt.inputs))
    export = replace(made(prompt, formats), superseded=took)
    if export.refused and (all_or_none or not export.written):
        name, refusal = next(iter(export.refused.items()))
        raise Refused(f"{name} is refused: {refusal.what}", where=refusal.where, fix=refusal.fix)
    write_files(export.files, folder)
    log.append(
        session,
        who=by,
        action="exported",
        subject=f"prompt:{task}:{target}",
        why="",
        detail={
            "pack": prompt.fingerprint,
            "formats": [one.format.name for one in export.written],
            **logged(took),
        },
        at=at,
    )
    return export
