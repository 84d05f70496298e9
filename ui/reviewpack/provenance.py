"""What a decision rests on, for a review pack: the policy, and the hashes of all that was measured."""

from __future__ import annotations

from collections.abc import Mapping

from composer.candidates.evidence import MeasuredPrompt
from composer.evaluation.formatting import NAMES
from composer.models.system_role import PLACES, SystemRole
from composer.prompts.composition import Composition
from composer.review.status import Review
from composer.task.policy import Gates
from composer.task.task import Task
from library.canonical import text_digest
from ui.shell.html import count, safe, table

NOT_COUNTING = {"proposer": "the proposer’s", "authors": "the prompt’s authors’"}


def facts(known: Mapping[str, str]) -> str:
    """Return names with a text on each, as HTML; the texts are HTML, and empty ones are left out."""
    rows = "".join(f"<dt>{safe(name)}</dt><dd>{text}</dd>" for name, text in known.items() if text)
    return f'<dl class="ic ic-facts">{rows}</dl>'


def policy(task: Task) -> str:
    """Return what the task asks for before a prompt of it is released, as HTML."""
    terms, gates = task.terms, task.policy.gates
    without = " and ".join(NOT_COUNTING[one] for one in terms.exclude)
    advisory = ", ".join(one.replace("_", " ") for one in gates.advisory)
    known = {
        "Risk": task.risk,
        "Approvals": f"{count(terms.approvals, 'person', 'people')}"
        + (f", {without} not counting" * bool(without)),
        "Regressions": "each one gets a disposition before anybody approves"
        if terms.every_regression
        else "may be left without a disposition",
        "Gates": "; ".join(_gates(gates)),
        "Advisory gates": f"{advisory}: shown, and hold nothing up" if advisory else "",
        "A failing gate": f"may be overridden with a reason by: {', '.join(terms.override)}"
        if terms.override
        else "can’t be overridden",
        "Prompt in use": "its snippets stay in every candidate, as they are worded"
        if task.policy.keep_incumbent
        else "",
        "A newer version of a snippet": "makes a candidate stale"
        if task.policy.newer_version == "stale"
        else "is a notice to reviewers",
    }
    return facts({name: safe(text) for name, text in known.items()})


def _gates(gates: Gates) -> list[str]:
    asked = ["the metric’s interval is clear of zero on the better side"]
    if gates.valid_rate:
        asked.append("the valid rate is not worse")
    for name in gates.not_worse:
        allowed = gates.tolerance.get(name)
        asked.append(f"{NAMES.get(name, name)} is not worse" + (f" by more than {allowed:g}" if allowed else ""))
    if gates.must_not_regress:
        asked.append("no example that must not regress gets worse")
    if gates.max_worse_share is not None:
        asked.append(f"at most {gates.max_worse_share:.0%} of the examples get worse")
    if gates.max_extra_tokens is not None:
        asked.append(f"at most {count(gates.max_extra_tokens, 'prompt token')} more per answer")
    for what, limit in (("seconds", gates.max_seconds_growth), ("money", gates.max_cost_growth)):
        if limit is not None:
            asked.append(f"at most {limit:.0%} more {what} an answer")
    return asked


def hashes(review: Review) -> str:
    """Return what identifies all that the evidence rests on, as HTML."""
    candidate, evidence = review.candidate, review.candidate.evidence
    data = evidence.data
    known = {
        "Evidence": _hash(candidate.evidence_hash),
        f"Task {candidate.task}": _hash(evidence.task.hash),
        f"Target {candidate.target}": _hash(evidence.target.hash),
        "Answered by": "; ".join(safe(f"{one.model} {one.fingerprint}".strip()) for one in evidence.target.served),
        "Dataset": f"{_hash(data.dataset)}, {safe(data.split)} split, {count(len(data.examples), 'example')}",
        "Prompt of the incumbent": _prompt(evidence.incumbent),
        "Prompt of the candidate": _prompt(evidence.candidate),
    }
    return facts(known)


def _prompt(side: MeasuredPrompt) -> str:
    base = f"; {_hash(side.base_sha256)} (its base)" if side.base_sha256 else ""
    return f"{_hash(side.prompt_sha256)} (its text); {_hash(side.fingerprint)} (its parts){base}"


def _hash(value: str) -> str:
    return f'<code class="pk-hash">{safe(value)}</code>'


def snippets(composition: Composition) -> str:
    """Return the snippets of a composition in their order with the hash of each text, as an HTML table."""
    rows = [
        f'<tr><td class="ic-num">{place}</td><td class="ic-nowrap">{safe(one.key)} '
        f'<span class="ic-mute">v{one.version}</span></td><td class="ic-verbatim">{safe(one.text)}</td>'
        f"<td>{_hash(one.sha256)}</td></tr>"
        for place, one in enumerate(composition.versions, 1)
    ]
    if not rows:
        return ""
    heads = ("#place", "snippet", "text", "sha256 of the text")
    return f"<h3>Snippets of the candidate <span>in their order</span></h3>{table(heads, rows)}"


def prompt(composition: Composition, task: Task, system: SystemRole) -> str:
    """Return the whole prompt as it is sent, system message and template of the user message, as HTML."""
    digest, place = text_digest(composition.text), PLACES[system].capitalize()
    return (
        f"<h3>{place} <span>sha256 {_hash(digest)}</span></h3><pre>{_pre(composition.text)}</pre>"
        "<h3>User message <span>its template: each {{name}} is replaced by that input</span></h3>"
        f"<pre>{_pre(task.message)}</pre>"
    )


def _pre(text: str) -> str:
    # HTML drops a line break right after <pre>.
    return f"\n{safe(text)}"
