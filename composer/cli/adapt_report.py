"""An adaptation on the terminal: what is frozen before it begins, what it came to, and a list of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from composer.adaptation import Adaptation, AdaptationPlan, Outcome
from composer.adaptation.wording import head_start, over_transfer, took
from composer.cli.common import clean
from composer.cli.figures_table import BAD, GOOD
from composer.evaluation.formatting import NAMES, bracketed, figure
from composer.home.processes import FAILED
from composer.prompts.composition import BARE_BASE
from composer.runs.spending import Spending, in_words, warning

MOST_OF_A_NAME = 24
"""Columns that the name of a target has in a list on a narrow terminal."""


def before(plans: Sequence[tuple[AdaptationPlan, Spending]]) -> RenderableType:
    """Return what adaptations of one prompt freeze, and what each takes at most; at least one."""
    plan = plans[0][0]
    task, name = plan.task, NAMES[plan.task.metric]
    held = " + ".join(plan.baseline.keys) or BARE_BASE
    parts: list[RenderableType] = [
        Text(f"{task.name}: the prompt in use on {plan.source.name}", "bold"),
        _indented(held),
        _indented(f"Frozen: task {task.hash[:12]}, data {_short(plan.run.dataset)}, {name}."),
        _indented(
            f"To be of use a prompt must beat always answering “{plan.floor.answer}”: {name} "
            f"{figure(task.metric, plan.floor.figure)} on the dev examples. A search ends as soon as the answers "
            "show that none will."
        ),
    ]
    if len(plans) > 1:
        parts.append(_indented("One target after the other, in this order:"))
    for one, takes in plans:
        parts.append(Text(f"→ {one.target.name}", "bold"))
        parts.append(_indented(head_start(one.prior), "dim"))
        parts += [_indented(line, "dim") for line in in_words(takes)]
        if said := warning(takes):
            parts.append(_indented(f"! {said}", BAD))
    return Group(*parts)


def _indented(line: str, style: str = "") -> Padding:
    return Padding(Text(line, style), (0, 0, 0, 2))


def _short(dataset: str) -> str:
    """Return the start of a dataset's hash, which follows its task's name."""
    return dataset.partition(":")[2][:12]


def report(one: Adaptation, price: str) -> RenderableType:
    """Return what an adaptation came to: its prompts side by side, and the candidate or why there is none.

    `price` is what its answers cost, in words.
    """
    found = one.outcome
    head = Text(f"\n{one.task}: {one.source} → {one.target}", "bold")
    if found is None:
        return Group(head, Text(f"{one.run_state}: {clean(one.message)}"))
    parts: list[RenderableType] = [head]
    if found.sides:
        parts.append(_sides(found))
    parts += [Text(line) for line in _comparison(found)]
    parts.append(_verdict(found))
    parts += [_indented(reason) for reason in found.reasons]
    if found.sights:
        parts.append(Text("A larger budget:", "dim"))
        parts += [_indented(line, "dim") for line in found.sights]
    parts += [Text(took(found.cost), "dim"), Text(f"Price: {price}", "dim")]
    return Group(*parts)


def _sides(found: Outcome) -> Table:
    name = NAMES[found.metric]
    table = Table("on the sealed examples", box=None, pad_edge=False)
    table.add_column("target", overflow="fold")
    for column in (name, "95% interval", "valid only", "valid rate", "s an answer", "examples"):
        table.add_column(column, justify="right")
    for one in found.sides:
        table.add_row(
            Text(one.kind),
            Text(one.target),
            figure(found.metric, one.composite),
            Text(bracketed(figure(found.metric, one.low), figure(found.metric, one.high))),
            figure(f"valid_{found.metric}", one.valid_only),
            figure("valid_rate", one.valid_rate),
            f"{one.seconds:.2f}",
            f"{one.n:,}",
        )
    return table


def _comparison(found: Outcome) -> list[str]:
    lines = []
    if over := over_transfer(found):
        lines.append(f"Adapted against plain transfer: {over}")
    ceiling = "" if found.ceiling is None else f"; one more person: {figure(found.metric, found.ceiling)}"
    where = "sealed" if found.side("adapted") else "dev"
    lines.append(
        f"On the {where} examples, always “{found.floor_answer}”: {figure(found.metric, found.floor)}{ceiling}"
    )
    return lines


def _verdict(found: Outcome) -> RenderableType:
    if found.kind == "candidate":
        text = Text(f"Candidate {found.candidate_id} for this target: composer review {found.candidate_id}", GOOD)
    else:
        measured = "" if found.candidate_id is None else f" (measured as candidate {found.candidate_id})"
        text = Text(f"No-go{measured}", BAD)
    return Padding(text, (1, 0, 0, 0))


def listing(known: Sequence[Adaptation]) -> RenderableType:
    """Return adaptations as a table, newest first."""
    if not known:
        return Text("Nothing was adapted yet: `composer adapt TASK --from A --to B`.")
    table = Table("", "task", show_lines=True)
    # Two targets are often told apart by the end of their names alone.
    table.add_column("from → to", overflow="fold", no_wrap=max(map(_longest, known)) <= MOST_OF_A_NAME)
    for name in ("ended in", "answers", "why"):
        table.add_column(name, justify="right" if name == "answers" else "left")
    for one in known:
        found = one.outcome
        ended = one.run_state if found is None else found.kind
        why = "" if found is None or not found.reasons else found.reasons[0]
        if found is None and one.run_state == FAILED:
            why = one.message
        if found is not None and found.kind == "candidate":
            ended, why = f"candidate {found.candidate_id}", over_transfer(found)
        cells = (str(one.id), one.task, f"{one.source}\n→ {one.target}", ended, f"{one.answers:,}", why)
        table.add_row(*(Text(clean(cell)) for cell in cells))
    return table


def _longest(one: Adaptation) -> int:
    return max(len(one.source), len(one.target) + 2)


def as_row(one: Adaptation) -> dict[str, Any]:
    """Return an adaptation as the JSON value that `--json` prints."""
    content = asdict(one) | {"outcome": one.outcome.model_dump(mode="json") if one.outcome else None}
    for name in ("created_at", "ended_at"):
        content[name] = content[name].isoformat() if content[name] else None
    return content
