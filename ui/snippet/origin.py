"""Where each version of a snippet comes from: what was misunderstood, on which examples, which warnings."""

from __future__ import annotations

from composer.activity.addresses import disagreements_page, task_page
from composer.curation.lineage import Lineage
from composer.data.examples import Example
from composer.evaluation.distribution import range_in_words
from ui.components.metrics import gold
from ui.shell.html import count, safe
from ui.shell.page import html, section
from ui.snippet.page_data import Shown

KINDS = {"written": "written", "disagreement": "written from disagreements", "mined": "mined"}


def show(found: Shown) -> None:
    """Show the origin of each version that has one, the newest first."""
    section("Where it comes from", "examples set aside for writing never count as evidence for it")
    if not found.lineages:
        html('<div class="ic ic-mute">It came in a file: nothing more is known of it than its rationale.</div>')
    for one in found.lineages:
        html(_origin(one))


def _origin(one: Lineage) -> str:
    origin = one.origin
    task = f'<a href="{safe(task_page(origin.task))}">{safe(origin.task)}</a>' if origin.task else ""
    target = f'<a href="{safe(disagreements_page(origin.task, origin.target))}">{safe(origin.target)}</a>'
    place = f"{task} → {target}" if origin.target else task
    source = "; ".join(f"{name.replace('_', ' ')} {value}" for name, value in origin.source.items())
    facts = {
        f"v{one.version.version}": f"{KINDS[origin.kind]} by {safe(one.version.author)}"
        + (f" for {place}" if place else ""),
        "misunderstood": _verbatim(origin.misunderstood),
        "to attend to": _verbatim(origin.attend),
        "by": safe(source),
        "warnings": "<br>".join(
            f'{safe(each.what)}: <span class="ic-verbatim">{safe(each.reason)}</span>' for each in origin.warnings
        ),
        "examples": _examples(one),
    }
    rows = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in facts.items() if text)
    return f'<div class="ic ic-open"><dl class="ic-facts">{rows}</dl></div>'


def _verbatim(text: str) -> str:
    return f'<span class="ic-verbatim">{safe(text)}</span>' if text else ""


def _examples(one: Lineage) -> str:
    shown = "".join(map(_example, one.examples))
    if one.withheld:
        rest = count(one.withheld, "example")
        shown += f'<div class="ic-mute">{rest} no longer set aside for writing: not shown here.</div>'
    return shown


def _example(one: Example) -> str:
    """Return one example with what people said of it, folded, as HTML."""
    people = range_in_words(one.ratings)
    label = f"people: {safe(gold(one.gold))}{f' ({safe(people)})' if people else ''}"
    inputs = "".join(
        f'<dt>{safe(name.replace("_", " "))}</dt><dd class="ic-verbatim">{safe(text)}</dd>'
        for name, text in one.inputs.items()
    )
    why = f'<dt>explanation</dt><dd class="ic-verbatim">{safe(one.explanation)}</dd>' if one.explanation else ""
    return (
        f'<details><summary><span class="ic-mono">{safe(one.id)}</span> <span class="ic-mute">{label}</span>'
        f'</summary><dl class="ic-facts">{inputs}{why}</dl></details>'
    )
