"""Loading a released prompt: every byte of its pack is verified before there is anything to use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from composer.release.verification import MANIFEST, PACK, PROMPT, faults_in
from composer.runtime.prompt import ReleasedPrompt
from composer.runtime.source import Source
from composer.runtime.sources import source_of
from composer.task.task import Output
from library.canonical import digest, text_digest
from library.errors import Refused

if TYPE_CHECKING:
    from composer.attestation.keys import PublicKey


def load(task: str, *, target: str, source: str | Path, key: str | Path | None = None) -> ReleasedPrompt:
    """Return what is released for (task, target) at a source, verified.

    `source` is a folder that holds one pack, or packs as `TASK/TARGET`; a home folder; the URL of a database; or
    `mlflow:` and the address of an MLflow server, `?alias=NAME` behind it where that isn't production. `key` is
    the file of a public key: then the pack also has to hold evidence that is signed with it. Raises `Refused`
    where there is no such pack, where it is for another task or target, and where any byte of it is off: the
    problems are listed.
    """
    return loaded(source_of(source), task, target, key=signer(key))


def signer(key: str | Path | None) -> PublicKey | None:
    """Return the public key in a file, or None for none; raises `Refused` where it holds none."""
    if key is None:
        return None
    from composer.attestation.keys import public_key  # few packs are signed, and cryptography takes a while

    return public_key(Path(key))


def loaded(source: Source, task: str, target: str, *, key: PublicKey | None = None) -> ReleasedPrompt:
    """Return the prompt for (task, target) of an opened source; raises what `load` raises."""
    return verified(source.files(task, target), task, target, key=key, where=source.where)


def verified(
    files: Mapping[str, bytes], task: str, target: str, *, key: PublicKey | None = None, where: str = ""
) -> ReleasedPrompt:
    """Return the prompt of a pack's files, by name; raises `Refused` where anything is off."""
    if off := faults_in(files, key):
        raise Refused(
            f"the pack for {task} on {target} does not verify",
            where=where,
            fix="Export it again.",
            problems=off,
        )
    pack = {name: files[name] for name in PACK}
    manifest = json.loads(pack[MANIFEST])
    about = manifest["task"]
    if (found := (about["name"], manifest["target"]["name"])) != (task, target):
        raise Refused(
            f"the pack is for {found[0]} on {found[1]}, not for {task} on {target}",
            where=where,
            fix="Ask for that one, or name another source.",
        )
    try:
        output = Output.model_validate(about["output"])
    except ValidationError as error:
        raise Refused("the pack's output is not that of a task", where=where, fix="Export it again.") from error
    return ReleasedPrompt(
        task=task,
        target=target,
        release=manifest["release"]["id"],
        fingerprint=digest({name: text_digest(content.decode()) for name, content in sorted(pack.items())}),
        prompt=files[PROMPT].decode(),
        message=about["message"],
        inputs=tuple(about["inputs"]),
        output=output,
        system=manifest["target"].get("system", "role"),
        files=files,
        signed_by=None if key is None else key.keyid,
    )
