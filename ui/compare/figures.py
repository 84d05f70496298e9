"""Prompts as columns of a table: their figures, the difference of each to one of them, and their snippets."""

from __future__ import annotations

from composer.activity.addresses import candidate_page, snippet_page
from composer.analysis.side_by_side import Ends, Place, SideBySide
from composer.evaluation.formatting import NAMES, bracketed, figure
from composer.evaluation.raters import Estimate
from composer.prompts.changes import BASE
from ui.components.metrics import plain_gain
from ui.shell.html import safe


def figures(found: SideBySide, ends: Ends | None) -> str:
    """Return every figure of every prompt, and the difference to the base prompt below it, as an HTML table."""
    names = dict.fromkeys(name for one in found.places for name in one.standing.figures)
    rows = [_row(NAMES[name], [_figure(found, one, name) for one in found.places]) for name in names]
    rows.append(_row("examples better · worse", [_counts(one) for one in found.places]))
    rows.append(_row("p of the metric, Holm", [_p(one) for one in found.places]))
    if ends and any(way is not None for way in ends.ways):
        ways = ["—" if way is None else f"{way:.0%}".replace("-", "−") for way in ends.ways]
        rows.append(_row("from constant to person", [f"<b>{way}</b>" for way in ways]))
    rows.append(_row("examples", [_examples(found, one) for one in found.places]))
    return _table("figure, 95% interval", found, rows)


def snippets(found: SideBySide) -> str:
    """Return which snippets each prompt has, by their place in it, as an HTML table."""
    base = found.base
    rows = []
    if found.bases:
        rows.append(_row(BASE, [safe(one) for one in found.bases]))
    for key, held in found.keys.items():
        newest = max(one[1] for one in held if one)
        cells = [_held(one, newest, changed=(one is None) != (held[base] is None)) for one in held]
        link = f'<a href="{safe(snippet_page(key))}"><code>{safe(key)}</code></a>'
        rows.append(_row(link, cells))
    if not rows:
        return '<div class="ic ic-mute">None of them has a snippet.</div>'
    return _table("snippet, place in the prompt", found, rows)


def _held(one: tuple[int, int] | None, newest: int, *, changed: bool) -> str:
    if one is None:
        return '<span class="ic-mute">–</span>'
    version = f' <span class="ic-mute">v{one[1]}</span>' if one[1] != newest else ""
    return f'<span class="ic-{"better" if changed else "same"}">●</span> {one[0]}{version}'


def _table(head: str, found: SideBySide, rows: list[str]) -> str:
    heads = "".join(f'<th class="ic-prompt">{_head(found, one)}</th>' for one in found.places)
    return (
        '<div class="ic ic-scroll"><table class="ic-table ic-columns">'
        f"<thead><tr><th>{safe(head)}</th>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _head(found: SideBySide, one: Place) -> str:
    name = safe(one.column.name.title)
    linked = f'<a href="{candidate_page(one.column.candidate)}">{name}</a>' if one.column.candidate else name
    base = ' <span class="ic-tag ic-ink">compared with</span>' if one is found.places[found.base] else ""
    return f'<b>{linked}</b>{base}<br><span class="ic-mute">on {safe(one.column.target)}</span>'


def _row(name: str, cells: list[str]) -> str:
    return f'<tr><th scope="row">{name}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _figure(found: SideBySide, one: Place, name: str) -> str:
    own = one.standing.figures.get(name)
    known = next((each for each in one.standing.differences if each.name == name), None)
    if own is None:
        return '<span class="ic-mute">—</span>'
    weight = "b" if name == found.metric else "span"
    shown = f'<{weight}>{figure(name, own.value)}</{weight}> <span class="ic-mute">{_interval(name, own)}</span>'
    return f"{shown}<br>{plain_gain(known)}" if known else shown


def _interval(name: str, own: Estimate) -> str:
    """Return the interval of a figure; none for tokens: the same prompt takes as many each time."""
    return "" if name == "tokens" else bracketed(figure(name, own.low), figure(name, own.high))


def _counts(one: Place) -> str:
    counts = one.standing.counts
    if counts is None:
        return ""
    better, worse = (
        f'<span class="ic-better">{counts.better:,}</span>',
        f'<span class="ic-worse">{counts.worse:,}</span>',
    )
    return f'{better} · {worse} <span class="ic-mute">of {counts.total:,}</span>'


def _p(one: Place) -> str:
    p = one.standing.p
    if p is None:
        return ""
    return "&lt;0.001" if p < 0.001 else f"{p:.3f}"


def _examples(found: SideBySide, one: Place) -> str:
    if one.problem:
        return f'{one.standing.total:,}<br><span class="ic-worse">not compared: {safe(one.problem)}</span>'
    if one is found.places[found.base] or one.standing.common == one.standing.total:
        return f"{one.standing.total:,}"
    return f'{one.standing.total:,}, <span class="ic-mute">{one.standing.common:,} in common</span>'
