"""What a pack says twice has to agree: a text with its hash, a difference with its figures, counts with their sum.

Seals show that a manifest was changed by somebody who left them alone. Whoever writes new seals has to make a pack
that doesn't contradict itself, and that has another fingerprint.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, get_args

from composer.evaluation.gates import improves
from composer.evaluation.outcomes import Difference
from composer.models.system_role import SystemRole
from composer.prompts.messages import PLACEHOLDER
from composer.task.task import SLOT
from library.canonical import is_digest, text_digest

FORMAT = 1
FIELDS = ("format", "task", "target", "snippets", "evidence", "release")


def contradictions(manifest: Mapping[str, Any]) -> list[str]:
    """Say which fields of a manifest contradict another or themselves; empty where none does.

    Raises KeyError, TypeError, ValueError or AttributeError for a manifest that isn't that of a pack.
    """
    if missing := [name for name in FIELDS if name not in manifest]:
        return [f"the field {name} is missing" for name in missing]
    found = [] if manifest["format"] == FORMAT else [f"the field format is not {FORMAT}"]
    for part in (_task, _snippets, _evidence, _release):
        found += part(manifest)
    return found


def _task(manifest: Mapping[str, Any]) -> Iterator[str]:
    task = manifest["task"]
    for name, value, kind in (
        ("task.name", task["name"], str),
        ("task.output", task["output"], dict),
        ("target.name", manifest["target"]["name"], str),
    ):
        if not isinstance(value, kind):
            yield f"the field {name} is not that of a pack"
    if task["base"].split("\n").count(SLOT) != 1:
        yield f"the field task.base has not exactly one line {SLOT}"
    if "base" in manifest:
        yield from _base(manifest["base"], task["base"])
    if set(PLACEHOLDER.findall(task["message"])) != set(task["inputs"]):
        yield "the field task.message does not take in each of task.inputs and nothing else"
    if manifest["target"].get("system", "role") not in get_args(SystemRole):
        yield "the field target.system is neither role nor merge"
    for name, value in (
        ("task.hash", task["hash"]),
        ("target.hash", manifest["target"]["hash"]),
        ("evidence.sha256", manifest["evidence"]["sha256"]),
    ):
        if not is_digest(value):
            yield f"the field {name} is no sha256"


def _base(said: Mapping[str, Any], text: str) -> Iterator[str]:
    """Check what is said of a base that somebody proposed in place of the one of the task's file."""
    if text_digest(text) != said["sha256"]:
        yield "the field task.base is not the text of base.sha256"
    if said["id"] < 1 or not said["by"] or datetime.fromisoformat(said["at"]).tzinfo is None:
        yield "the field base names no base, person and time"


def _snippets(manifest: Mapping[str, Any]) -> Iterator[str]:
    snippets = manifest["snippets"]
    for one in snippets:
        if text_digest(one["text"]) != one["sha256"]:
            yield f"the field snippets: the text of {one['key']} is not that of its sha256"
        if len(one["text"].splitlines()) != 1 or one["version"] < 1:
            yield f"the field snippets: {one['key']} is not one line of a version from 1 on"
    if len({one["key"] for one in snippets}) != len(snippets):
        yield "the field snippets has a key twice"


def _evidence(manifest: Mapping[str, Any]) -> Iterator[str]:
    evidence = manifest["evidence"]
    counts = evidence["counts"]
    if counts["better"] + counts["same"] + counts["worse"] != evidence["examples"]:
        yield "the field evidence.counts does not come to evidence.examples"
    for one in evidence["figures"]:
        before, after, change, low, high = (
            one[name] for name in ("incumbent", "candidate", "difference", "low", "high")
        )
        if None not in (before, after, change) and abs(after - before - change) > 1e-6 * (1 + abs(change)):
            yield f"the field evidence.figures: the difference of {one['name']} is not that of its two figures"
        if None not in (low, high) and low > high:
            yield f"the field evidence.figures: the interval of {one['name']} is the wrong way round"
    by_interval = improves(Difference(**evidence["figures"][0]))
    for gate in evidence["gates"]:
        if gate["name"] == by_interval.name and gate["passed"] != by_interval.passed:
            yield "the field evidence.gates: improves does not follow from the metric's interval"


def _release(manifest: Mapping[str, Any]) -> Iterator[str]:
    release = manifest["release"]
    if datetime.fromisoformat(release["at"]).tzinfo is None or min(release["id"], release["candidate"]) < 1:
        yield "the field release names no release, candidate and time"
    if not (release["by"] and release["reason"]):
        yield "the field release names nobody, or no reason"
