"""Where a task's prompts stand between the best constant answer and one more person, drawn target by target."""

from __future__ import annotations

from collections.abc import Sequence

from composer.activity.addresses import candidate_page, disagreements_page, prompt_page
from composer.analysis.standings import Standing
from composer.evaluation.formatting import NAMES, figure
from ui.components.metrics import pair
from ui.shell.html import safe, table
from ui.shell.page import html, section
from ui.task.page_data import TaskShown

FURTHEST = 0.5
"""How far beyond either end the drawing goes; what lies further is drawn there, its figure beside it."""


def show(found: TaskShown) -> None:
    """Show what each target's prompt has come to, or what there is to do before there is one."""
    section(
        "How far its prompts have come", "0% the best constant answer · 100% one more person · sealed examples"
    )
    if not found.standings:
        html('<div class="ic ic-mute">Nothing was measured for this task yet: start a run on the Runs page.</div>')
        return
    html(way(found.task.name, found.standings))


def way(task: str, stand: Sequence[Standing]) -> str:
    """Return the standings as an HTML table with a drawing of each way."""
    known = [one for each in stand for one in (each.before, each.after) if one is not None]
    low = max(min([0.0, *known]), -FURTHEST)
    high = min(max([1.0, *known]), 1 + FURTHEST)
    rows = [
        f'<tr><td class="ic-nowrap">{_name(task, one)}</td><td class="ic-way-cell">{_drawn(one, low, high)}</td>'
        f'<td class="ic-num">{_share(one.before)}</td><td class="ic-num"><b>{_share(one.after)}</b></td>'
        f'<td class="ic-nowrap">{safe(NAMES[one.figure.name])} {pair(one.figure)}</td></tr>'
        for one in stand
    ]
    return table(("target", "○ before ● after", "#before", "#after", "on its sealed examples"), rows)


def _name(task: str, one: Standing) -> str:
    if one.release is not None:
        link = f'<a href="{safe(prompt_page(task, one.target))}">release {one.release}</a>'
    else:
        link = f'<a href="{candidate_page(one.candidate)}">candidate {one.candidate}</a>, not released'
    differ = f'<a href="{safe(disagreements_page(task, one.target))}">disagreements</a>'
    return f'{safe(one.target)}<br><span class="ic-small">{link} · {differ}</span>'


def _drawn(one: Standing, low: float, high: float) -> str:
    if one.after is None:
        return (
            '<span class="ic-mute">no single ratings of its examples, so nothing is known of people there</span>'
        )

    def at(share: float) -> float:
        return 100 * (min(max(share, low), high) - low) / (high - low)

    ends = "".join(f'<i class="ic-way-end" style="left:{at(end):.1f}%"></i>' for end in (0.0, 1.0))
    line = ""
    marks = [("after", one.after)]
    if one.before is not None:
        left, right = sorted((at(one.before), at(one.after)))
        tone = "better" if one.after >= one.before else "worse"
        line = f'<i class="ic-way-line ic-way-{tone}" style="left:{left:.1f}%;width:{right - left:.1f}%"></i>'
        marks.insert(0, ("before", one.before))
    dots = "".join(
        f'<i class="ic-way-dot ic-way-{side}" style="left:{at(share):.1f}%" title="{side} {_share(share)}"></i>'
        for side, share in marks
    )
    said = f"before {_share(one.before)}, after {_share(one.after)} of the way"
    return (
        f'<div class="ic-way" role="img" aria-label="{said}">{ends}{line}{dots}{_named(one, at(0), at(1))}</div>'
    )


def _named(one: Standing, floor: float, ceiling: float) -> str:
    """Return what both ends stand for, under them."""
    if one.part is None or one.part.ceiling is None:
        return ""
    metric, answer = one.figure.name, safe(one.part.floor.answer)
    constant, person = (figure(metric, end) for end in (one.part.floor.figure, one.part.ceiling.value))
    return (
        f'<span style="left:{floor:.1f}%">always “{answer}” {constant}</span>'
        f'<span class="ic-way-right" style="right:{100 - ceiling:.1f}%">one more person {person}</span>'
    )


def _share(share: float | None) -> str:
    return "—" if share is None else f"{share:.0%}".replace("-", "−")
