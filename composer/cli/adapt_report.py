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
from composer.adaptation.wording import over_transfer, took
from composer.cli.common import clean
from composer.cli.figures_table import BAD, GOOD
from composer.evaluation.formatting import NAMES, bracketed, figure
from composer.prompts.composition import BARE_BASE
from composer.runs.spending import Spending, in_words, warning
from composer.search.prior import Prior


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
    for one, takes in plans:
        parts.append(Text(f"→ {one.target.name}", "bold"))
        parts.append(_indented(_head_start(one.prior), "dim"))
        parts += [_indented(line, "dim") for line in in_words(takes)]
        if said := warning(takes):
            parts.append(_indented(f"! {said}", BAD))
    return Group(*parts)


def _head_start(prior: Prior | None) -> str:
    """Return what is known of the snippets before the first answer, in a sentence."""
    if prior is None:
        return "No head start: no search on another target showed anything of these snippets."
    sources = ", ".join(f"{one.target} ({one.cells:,} answers)" for one in prior.sources)
    if set(prior.carry) == {""}:
        carried = f"{prior.carry['']:.0%}"
    else:
        carried = ", ".join(f"{kind or 'the others'} {share:.0%}" for kind, share in sorted(prior.carry.items()))
    known = f"{len(prior.snippets):,} snippets by searches on {sources}"
    return f"Head start: {known}, as far as effects are expected to carry over ({carried})."


def _indented(line: str, style: str = "") -> Padding:
    return Padding(Text(line, style), (0, 0, 0, 2))


def _short(dataset: str) -> str:
    """Return the start of a dataset's hash, which follows its task's name."""
    return dataset.partition(":")[2][:12]


def report(one: Adaptation) -> RenderableType:
    """Return what an adaptation came to: its prompts side by side, and the candidate or why there is none."""
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
    parts.append(Text(took(found.cost), "dim"))
    return Group(*parts)


def _sides(found: Outcome) -> Table:
    name = NAMES[found.metric]
    table = Table("on the sealed examples", box=None, pad_edge=False)
    for column in ("target", name, "95% interval", "valid only", "valid rate", "s an answer", "examples"):
        table.add_column(column, justify="left" if column == "target" else "right")
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
    table = Table("", "task", "from", "to", "ended in", "answers", "why")
    for one in known:
        found = one.outcome
        ended = one.run_state if found is None else found.kind
        why = "" if found is None or not found.reasons else found.reasons[0]
        if found is not None and found.kind == "candidate":
            ended = f"candidate {found.candidate_id}"
        cells = (str(one.id), one.task, one.source, one.target, ended, f"{one.answers:,}", why)
        table.add_row(*(Text(clean(cell)) for cell in cells))
    return table


def as_row(one: Adaptation) -> dict[str, Any]:
    """Return an adaptation as the JSON value that `--json` prints."""
    content = asdict(one) | {"outcome": one.outcome.model_dump(mode="json") if one.outcome else None}
    for name in ("created_at", "ended_at"):
        content[name] = content[name].isoformat() if content[name] else None
    return content
