"""Verifies an exported pack anywhere, without database or network: every byte, each field against the others."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rfc8785 import CanonicalizationError

from composer.models.system_role import as_sent
from composer.prompts.composition import put_together
from composer.release.contradictions import contradictions
from library.canonical import canonical_bytes, digest
from library.errors import Refused
from library.storable import storable

if TYPE_CHECKING:
    from composer.attestation.keys import PublicKey

PROMPT, MESSAGES, MANIFEST = "prompt.txt", "messages.json", "manifest.json"
PACK = (PROMPT, MESSAGES, MANIFEST)
"""The files of a pack."""

EVIDENCE = "evidence.dsse.json"
"""The file of a signed pack that holds how its release was approved."""

SEALS = "seals"


def faults(folder: Path, key: PublicKey | None = None) -> tuple[str, ...]:
    """Return which bytes or fields of an exported pack are off, in printable texts; empty when it is intact.

    With a key, it also has to be signed by that one.
    """
    if not folder.is_dir():
        return (storable(f"{folder} is not a folder"),)
    found = {path.name: path for path in folder.iterdir()}
    own = (*PACK, EVIDENCE)
    strangers = {name: b"" for name in found if name not in own}  # never read: it is enough that they are there
    try:
        content = {name: found[name].read_bytes() for name in own if name in found}
    except OSError as error:
        return tuple(map(storable, (*_strangers(strangers), f"the pack can't be read: {error}")))
    return faults_in({**content, **strangers}, key)


def faults_in(files: Mapping[str, bytes], key: PublicKey | None = None) -> tuple[str, ...]:
    """Return what `faults` says of a folder that holds these files, by name."""
    return tuple(storable(fault) for fault in _faults(files) or _unsigned(files, key))


def _strangers(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{name} does not belong to the pack" for name in sorted(set(names) - {*PACK, EVIDENCE}))


def _unsigned(files: Mapping[str, bytes], key: PublicKey | None) -> tuple[str, ...]:
    """Return what is off in the signed evidence of a pack that is whole otherwise."""
    if EVIDENCE not in files:
        return () if key is None else (f"{EVIDENCE} is missing: this pack was not signed",)
    from composer.attestation.envelope import opened  # a pack without it needs neither cryptography nor pydantic
    from composer.attestation.reviewed import review_faults

    try:
        payload = opened(files[EVIDENCE], key)
    except Refused as refusal:
        return (f"{EVIDENCE}: {refusal.what}",)
    pack = {name: files[name] for name in PACK}
    return tuple(f"{EVIDENCE}: {one}" for one in review_faults(payload, pack, json.loads(files[MANIFEST])))


def _faults(content: Mapping[str, bytes]) -> tuple[str, ...]:
    missing = [name for name in PACK if name not in content]
    if missing:
        return tuple(f"{name} is missing" for name in missing)
    off = list(_strangers(content))
    manifest = _manifest(content[MANIFEST])
    if isinstance(manifest, str):
        return (*off, manifest)
    off += _broken_seals(manifest)
    if off:
        return tuple(off)
    try:
        texts = pack_texts(manifest)
        off += [f"{MANIFEST}: {one}" for one in contradictions(manifest)]
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        return (f"{MANIFEST}: a field is not that of a pack ({error!r})",)
    for name, expected in texts.items():
        off += _difference(name, content[name], expected)
    return tuple(off)


def pack_texts(manifest: Mapping[str, Any]) -> dict[str, bytes]:
    """Put prompt and messages together from the base, the snippets and the template of a manifest.

    Where its target merges the system text, the messages are merged as they were when it was measured.
    """
    prompt = put_together(manifest["task"]["base"], [snippet["text"] for snippet in manifest["snippets"]])
    messages = [
        {"role": "system", "content": prompt},
        {"role": "user", "content": manifest["task"]["message"]},
    ]
    sent = as_sent(messages, manifest["target"].get("system", "role"))
    return {PROMPT: prompt.encode(), MESSAGES: canonical_bytes(sent)}


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
