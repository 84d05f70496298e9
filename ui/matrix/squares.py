"""What counts for each task on each target: all tasks in small, and the targets of one with every figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from composer.activity.addresses import candidate_page, matrix_page, prompt_page
from composer.adaptation.records import Adaptation
from composer.adaptation.wording import ended_in_words
from composer.analysis.data_summary import Part
from composer.evaluation.formatting import NAMES, bracketed, figure
from composer.matrix.sizes import UNKNOWN, model_size
from composer.matrix.squares import Matrix, Square
from composer.models.target import Target
from ui.shell.html import safe, table

NO_PRICE = "no price is set: price_per_million_tokens in the target’s file"
FURTHEST = 2.5
"""How many times the best constant answer's figure the drawing goes to; what is worse is drawn there."""
ROOM = 0.06
"""Of the drawing's width, left free on both sides of what it shows."""


def overview(found: Matrix, ends: Mapping[str, Part], chosen: str) -> str:
    """Return every task that has figures, a row, on every target that has any, a column, as an HTML table.

    A target to which somebody tried to carry one of these tasks' prompts has a column too.
    """
    measured = {task for task, _ in found.squares}
    carried = {target for task, target in found.adaptations if task in measured}
    targets = sorted({target for _, target in found.squares} | carried)
    rows = []
    for task in found.tasks:
        if squares := found.of(task.name):
            places = [(task.name, target) for target in targets]
            cells = [_small(found.squares.get(place), found.adaptations.get(place)) for place in places]
            metric = NAMES[squares[0].metric]
            reference = _reference(squares[0].metric, ends.get(task.name))
            here = ' class="ic-here"' if task.name == chosen else ""
            rows.append(
                f'<tr{here}><th scope="row"><a href="{safe(matrix_page(task.name))}">{safe(task.name)}</a>'
                f'<br><span class="ic-mute ic-small">{metric}{reference}</span></th>{"".join(cells)}</tr>'
            )
    return table(("task", *targets), rows).replace("ic-table", "ic-table ic-columns ic-squares", 1)


def _small(one: Square | None, tried: Adaptation | None) -> str:
    if one is not None:
        ended = _ended(tried) if tried is not None and _is_of(one, tried) else ""
        return (
            f'<td><b>{figure(one.metric, one.figure.value)}</b> <span class="ic-mute">{bounds(one)}</span>'
            f"<br>{_link(one)}{_changed(one)}{ended}</td>"
        )
    if tried is not None:
        under_way = f'<span class="ic-mute">{safe(tried.run_state)}</span>'
        return f"<td>{_ended(tried) or under_way}</td>"
    return '<td><span class="ic-mute" title="nothing was asked here yet">—</span></td>'


def _is_of(one: Square, tried: Adaptation) -> bool:
    """Whether an adaptation ended in what counts in a square."""
    return tried.outcome is not None and tried.outcome.candidate_id == one.candidate


def _ended(tried: Adaptation) -> str:
    if tried.outcome is None or tried.outcome.kind != "no-go":
        return ""
    return f' <span class="ic-tag ic-orange" title="{safe(ended_in_words(tried))}">no-go</span>'


def _reference(metric: str, ends: Part | None) -> str:
    if ends is None:
        return ""
    floor = f"constant {figure(metric, ends.floor.figure)}"
    return f" · {floor}" + (f" · person {figure(metric, ends.ceiling.value)}" if ends.ceiling else "")


def targets(found: Matrix, task: str, ends: Part | None) -> str:
    """Return the targets of one task with all figures of its prompt there, the best first, as an HTML table.

    After them come targets without a prompt to which somebody tried to carry one.
    """
    squares = found.of(task)
    sizes = {one.name: one for one in found.targets}
    low, high = _span(squares, ends)
    metric, priced = squares[0].metric, any(one.cost is not None for one in squares)
    way = "0 is perfect" if metric == "nmse" else "right is better"
    heads = ["target", "prompt", f"#{NAMES[metric]}, 95%", way, "#valid", "#seconds"]
    if priced:
        heads.append("#price of 1,000")
    rows = []
    for one in squares:
        cells = (
            f'<td class="ic-nowrap">{safe(one.target)}<br>{_size(sizes.get(one.target))}</td>'
            f'<td class="ic-nowrap">{name(one)}{_changed(one)}<br>{_examples(one)}</td>'
            f'<td class="ic-num"><b>{figure(one.metric, one.figure.value)}</b>'
            f'<br><span class="ic-mute ic-small">{bounds(one)}</span></td>'
            f'<td class="ic-at-cell">{_drawn(one, ends, low, high)}</td>'
            f'<td class="ic-num">{figure("valid_rate", one.valid_rate)}</td>'
            f'<td class="ic-num">{_known(figure("seconds", one.seconds or None), "none were measured")}</td>'
        )
        if priced:
            cells += f'<td class="ic-num">{_known(figure("cost", one.cost), NO_PRICE)}</td>'
        rows += _noted(cells, found.adaptations.get(one.place), len(heads))
    for tried in _tried(found, task):
        own = f'<td class="ic-nowrap">{safe(tried.target)}<br>{_size(sizes.get(tried.target))}</td>'
        rows.append(f"<tr>{own}{_note(tried, len(heads))}</tr>")
    return table(heads, rows)


def without(found: Matrix, task: str) -> list[str]:
    """Return the targets that the table lacks: those without a prompt to which nobody tried to carry one."""
    tried = {one.target for one in _tried(found, task)}
    return [name for name in found.without(task) if name not in tried]


def _tried(found: Matrix, task: str) -> list[Adaptation]:
    return [one for name in found.without(task) if (one := found.adaptations.get((task, name)))]


def _noted(cells: str, one: Adaptation | None, columns: int) -> list[str]:
    """Return a row, and under it as wide as the table what became of carrying a prompt there, if anybody did."""
    if one is None:
        return [f"<tr>{cells}</tr>"]
    return [f'<tr class="ic-noted">{cells}</tr>', f"<tr><td></td>{_note(one, columns)}</tr>"]


def _note(one: Adaptation, columns: int) -> str:
    tone = "ic-worse" if one.outcome is not None and one.outcome.kind == "no-go" else "ic-mute"
    return f'<td colspan="{columns - 1}" class="ic-small {tone}">{safe(ended_in_words(one))}</td>'


def name(one: Square) -> str:
    """Return what a square's prompt is, as a link to where it is read, as HTML; a candidate's says so."""
    return f'{_link(one)} <span class="ic-tag">not released</span>' if one.kind == "candidate" else _link(one)


def _link(one: Square) -> str:
    if one.kind == "release":
        return f'<a href="{safe(prompt_page(one.task, one.target))}">release {one.number}</a>'
    if one.kind == "candidate":
        return f'<a href="{safe(candidate_page(one.candidate))}">candidate {one.number}</a>'
    return f'{one.name} <span class="ic-tag">on dev</span>'


def bounds(one: Square) -> str:
    """Return the interval of a square's figure in brackets."""
    return bracketed(figure(one.metric, one.figure.low), figure(one.metric, one.figure.high))


def _changed(one: Square) -> str:
    if not one.changed:
        return ""
    why = f"since it was measured: {' and '.join(one.changed)}"
    return f' <span class="ic-tag ic-orange" title="{safe(why)}">stale</span>'


def _examples(one: Square) -> str:
    words = "sealed examples" if one.split == "test" else "development examples"
    return f'<span class="ic-mute ic-small">{one.examples:,} {words}</span>'


def _size(target: Target | None) -> str:
    size = model_size(target) if target else None
    words = size.words if size else "on a server"
    why = "" if size else f' title="{safe(UNKNOWN)}"'
    return f'<span class="ic-mute ic-small"{why}>{safe(words)}</span>'


def _known(written: str, why: str) -> str:
    return f'<span class="ic-mute" title="{safe(why)}">—</span>' if written == "—" else written


def _span(squares: Sequence[Square], ends: Part | None) -> tuple[float, float]:
    """Return the ends of the drawing: all figures and intervals, and both references."""
    seen = [end for one in squares for end in (one.figure.value, one.figure.low, one.figure.high) if end == end]
    if ends is not None:
        seen += [ends.floor.figure, *([ends.ceiling.value] if ends.ceiling else [])]
    low, high = min(seen), max(seen)
    if squares[0].metric == "nmse":
        low, high = 0.0, high if ends is None else min(high, FURTHEST * ends.floor.figure)
    room = ROOM * ((high - low) or 1.0)
    return low - room, high + room


def _drawn(one: Square, ends: Part | None, low: float, high: float) -> str:
    """Draw a figure on its interval, between the best constant answer and one more person, as HTML."""

    def at(value: float) -> float:
        return 100 * (min(value, high) - low) / (high - low)

    metric = one.metric
    marks = []
    if ends is not None:
        known = [("best constant answer", ends.floor.figure, "ic-at-floor")]
        known += [("one more person", ends.ceiling.value, "ic-at-ceiling")] if ends.ceiling else []
        marks = [
            f'<i class="{kind}" style="left:{at(value):.1f}%" title="{words} {figure(metric, value)}"></i>'
            for words, value, kind in known
        ]
    line = ""
    if one.figure.low == one.figure.low:
        left, right = at(one.figure.low), at(one.figure.high)
        line = f'<i class="ic-at-line" style="left:{left:.1f}%;width:{right - left:.1f}%"></i>'
    words = f"{NAMES[metric]} {figure(metric, one.figure.value)} {bounds(one)}"
    dot = f'<i class="ic-at-dot ic-at-{one.split}" style="left:{at(one.figure.value):.1f}%" title="{words}"></i>'
    return f'<div class="ic-at" role="img" aria-label="{words}">{"".join(marks)}{line}{dot}</div>'
