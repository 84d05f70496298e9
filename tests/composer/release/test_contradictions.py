"""Packs with seals made anew: one that contradicts itself is never intact."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from composer.release.verification import MANIFEST, MESSAGES, PROMPT, SEALS, faults, pack_texts
from library.canonical import canonical_bytes, digest, text_digest


def sealed_again(pack: Path, change: Callable[[Any], object]) -> tuple[str, ...]:
    """Change a pack's manifest, make its seals and texts fit, and return what is off."""
    manifest = json.loads((pack / MANIFEST).read_bytes())
    change(manifest)
    manifest[SEALS] = {name: digest(value) for name, value in manifest.items() if name != SEALS}
    (pack / MANIFEST).write_bytes(canonical_bytes(manifest))
    for name, content in pack_texts(manifest).items():
        (pack / name).write_bytes(content)
    return faults(pack)


def snippet(manifest: Any, **values: Any) -> None:
    manifest["snippets"][0].update(values)


CHANGES: dict[str, tuple[Callable[[Any], object], str]] = {
    "a snippet's text": (lambda m: snippet(m, text="Say 5."), "the text of exact is not that of its sha256"),
    "a snippet of two lines": (
        lambda m: snippet(m, text="Say 5.\nAlways.", sha256=text_digest("Say 5.\nAlways.")),
        "exact is not one line",
    ),
    "a snippet twice": (lambda m: m["snippets"].append(m["snippets"][0]), "has a key twice"),
    "no version": (lambda m: snippet(m, version=0), "of a version from 1 on"),
    "a base without a slot": (lambda m: m["task"].update(base="Say 5."), "task.base has not exactly one line"),
    "a base that is not the one named": (
        lambda m: m.update(base={"id": 1, "sha256": "x", "by": "Ada", "at": "2026-01-01T00:00:00+00:00"}),
        "task.base is not the text of base.sha256",
    ),
    "a base by nobody": (
        lambda m: m.update(
            base={
                "id": 1,
                "sha256": text_digest(m["task"]["base"]),
                "by": "",
                "at": "2026-01-01T00:00:00+00:00",
            }
        ),
        "base names no base",
    ),
    "a message without an input": (lambda m: m["task"].update(message="{{query}}"), "task.message does not take"),
    "a message with something else": (
        lambda m: m["task"].update(message=m["task"]["message"] + "{{other}}"),
        "task.message does not take",
    ),
    "a hash that is none": (lambda m: m["task"].update(hash="x"), "task.hash is no sha256"),
    "the evidence's hash": (lambda m: m["evidence"].update(sha256="x" * 64), "evidence.sha256 is no sha256"),
    "counts": (lambda m: m["evidence"]["counts"].update(better=99), "does not come to evidence.examples"),
    "examples": (lambda m: m["evidence"].update(examples=1000), "does not come to evidence.examples"),
    "a figure": (lambda m: m["evidence"]["figures"][0].update(candidate=0.5), "the difference of nmse"),
    "an interval": (lambda m: m["evidence"]["figures"][1].update(low=9), "valid_nmse is the wrong way round"),
    "a gate": (lambda m: m["evidence"]["gates"][0].update(passed=False), "improves does not follow"),
    "a release by nobody": (lambda m: m["release"].update(by=""), "names nobody, or no reason"),
    "a release without a time": (lambda m: m["release"].update(at="2026-01-01"), "no release, candidate and time"),
    "a time that is none": (lambda m: m["release"].update(at="soon"), "not that of a pack"),
    "another format": (lambda m: m.update(format=2), "the field format is not 1"),
    "a field of another kind": (lambda m: m["evidence"].update(counts=[]), "not that of a pack"),
    "an output that is none": (lambda m: m["task"].update(output="json"), "task.output is not that of a pack"),
    "no output": (lambda m: m["task"].pop("output"), "not that of a pack"),
    "a name that is none": (lambda m: m["target"].update(name=1), "target.name is not that of a pack"),
    "no name": (lambda m: m["task"].pop("name"), "not that of a pack"),
    "no release": (lambda m: m.pop("release"), "the field release is missing"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_contradicts_itself_is_named_whatever_its_seals_say(pack: Path, name: str) -> None:
    change, said = CHANGES[name]
    found = sealed_again(pack, change)
    assert any(said in one and one.startswith(MANIFEST) for one in found), found


def test_a_pack_sealed_again_as_it_is_stays_intact(pack: Path) -> None:
    before = {name: (pack / name).read_bytes() for name in (PROMPT, MESSAGES, MANIFEST)}
    assert sealed_again(pack, lambda manifest: None) == ()
    assert {name: (pack / name).read_bytes() for name in before} == before
