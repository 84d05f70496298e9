"""The parts of one example opened: its inputs, its gold label, what came with it, and one raw answer, as HTML."""

from __future__ import annotations

from collections.abc import Mapping

from composer.data.examples import Example
from composer.data.fields import short
from composer.evaluation.parsing import Parsed
from composer.models.answer import Answer
from composer.task.task import Output
from ui.components.metrics import gold
from ui.shell.html import safe


def inputs(example: Example) -> str:
    """Return the inputs by name, exactly as they are."""
    found = "".join(
        f"<div><dt>{safe(name.replace('_', ' '))}</dt><dd>{safe(text)}</dd></div>"
        for name, text in example.inputs.items()
    )
    return f'<div class="ic-inputs">{found}</div>'


def gold_label(example: Example, output: Output) -> str:
    """Return the gold label on its scale, and what people wrote about it."""
    scale = f" on {output.low} to {output.high}".replace("-", "−") if output.kind == "ordinal" else ""
    why = (
        safe(example.explanation)
        if example.explanation
        else '<span class="ic-mute">no explanation was given</span>'
    )
    bound = ' <span class="ic-tag ic-ink">must not regress</span>' if example.must_not_regress else ""
    return f"<dt>gold label</dt><dd><b>{safe(gold(example.gold))}</b>{scale}{bound} — {why}</dd>"


def extras(found: Mapping[str, str]) -> str:
    """Return the columns that were kept as they came with the data."""
    cells = (f'<span class="ic-mute">{safe(name)}:</span> {safe(short(text))}' for name, text in found.items())
    return f"<dt>from the data file</dt><dd>{' · '.join(cells)}</dd>" if found else ""


def raw_answer(title: str, given: Answer, read: Parsed, loss: float) -> str:
    """Return one answer: how it was read, its loss in [0, 1], what was reported of it, and its raw text."""
    return (
        f'<div class="ic-answer">{safe(title)}: {parsed(read)} <span class="ic-mute">loss {loss:.3f}</span>'
        f"{_reported(given, read)}<pre>{safe(given.text) or '<span class=ic-mute>(empty)</span>'}</pre></div>"
    )


def parsed(read: Parsed) -> str:
    """Return the value of an answer, or why it is malformed."""
    if read.valid:
        return f"<b>{safe(read.value)}</b>"
    return f'<b class="ic-worse">malformed</b> <span class="ic-worse">{safe(read.error)}</span>'


def _reported(given: Answer, read: Parsed) -> str:
    """Return what was reported of a malformed answer, and of any what its model thought, and which it was."""
    found = []
    if not read.valid:
        if given.finish_reason:
            found.append(f"finish_reason {safe(given.finish_reason)}")
        if given.refusal:
            found.append(f"refusal: {safe(given.refusal)}")
    if given.reasoning or given.reasoning_tokens:
        tokens = f", {given.reasoning_tokens:,} tokens" if given.reasoning_tokens else ""
        head = f"<summary>reasoning, not parsed{tokens}</summary>"
        found.append(f"<details>{head}<pre>{safe(given.reasoning)}</pre></details>")
    if given.served_model:
        found.append(f"answered by {safe(' '.join(filter(None, (given.served_model, given.system_fingerprint))))}")
    return f'<div class="ic-mute">{" · ".join(found)}</div>' if found else ""
