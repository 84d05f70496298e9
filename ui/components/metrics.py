"""Figures as HTML: before → after, then the difference with sign, interval and direction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from composer.evaluation.formatting import NAMES, SHARES, change, figure, interval
from composer.evaluation.outcomes import Difference, Gate, OutcomeCounts
from composer.prompts.composition import BARE_BASE
from composer.registry.releases import Release
from ui.shell import html
from ui.shell.html import safe, when

_LARGE = {"nmse": "NMSE", "accuracy": "Accuracy", "spearman": "Spearman", "macro_f1": "Macro F1"}
_MISSING = "needs valid answers on both sides"


def gain(one: Difference) -> str:
    """Return the difference with its interval and direction, as HTML."""
    if one.difference is None:
        return f'<span class="ic-mute" title="{_MISSING}">—</span>'
    direction = one.direction
    tone = direction if direction in ("better", "worse") else "same"
    unit = " pts" if one.name in SHARES else ""
    why = ' title="the interval holds zero"' if direction == "unclear" else ""
    mark = f'<span class="ic-{tone}">{change(one.name, one.difference)}{unit}</span>'
    return f'{mark} <span class="ic-mute">{interval(one)}</span> <span class="ic-{tone}"{why}>{direction}</span>'


def pair(one: Difference) -> str:
    """Return before → after, as HTML."""
    sides = [
        f'<span title="{_MISSING}">—</span>' if value is None else figure(one.name, value)
        for value in (one.incumbent, one.candidate)
    ]
    return f"{sides[0]} → <b>{sides[1]}</b>"


def cards(figures: Sequence[Difference], counts: OutcomeCounts) -> str:
    """Return the row of cards a candidate is judged by: the metric, its companion, valid rate, examples, costs."""
    named = {one.name: one for one in figures}
    companion = next(named[name] for name in ("spearman", "macro_f1") if name in named)
    parts = [_card(figures[0]), _card(companion), _card(named["valid_rate"]), _examples(counts)]
    spent = _seconds(named["seconds"]) + _tokens(named["tokens"], named.get("cost"))
    return f'<div class="ic ic-cards">{"".join(parts)}{spent}</div>'


def _card(one: Difference) -> str:
    name = _LARGE.get(one.name, NAMES[one.name].capitalize())
    aside = "0 perfect, 100 worst" if one.name == "nmse" else f"{one.better_is} is better"
    return _box(name, aside, pair(one), gain(one))


def _examples(counts: OutcomeCounts) -> str:
    shown = (
        f'<span class="ic-better">{counts.better}</span> better · '
        f'<span class="ic-worse">{counts.worse}</span> worse'
    )
    return _box(
        "Examples",
        "sealed test split",
        shown,
        f'<span class="ic-mute">{counts.same} same of {counts.total}</span>',
    )


def _seconds(one: Difference) -> str:
    if not one.incumbent and not one.candidate:
        return _box("Seconds", "per answer", "—", '<span class="ic-mute">none were measured</span>')
    below = (
        gain(one) if one.low is not None else f'<span class="ic-mute">{change(one.name, one.difference)}</span>'
    )
    return _box("Seconds", "per answer", pair(one), f"{below}{_share(one)}")


def _tokens(one: Difference, cost: Difference | None) -> str:
    """Return the card of the cost, with prompt tokens below; of tokens alone where the cost isn't known."""
    if not one.incumbent and not one.candidate:
        return _box("Prompt tokens", "per answer", "—", '<span class="ic-mute">the target reports none</span>')
    if cost is not None:
        tokens = f'<span class="ic-mute">prompt tokens {pair(one)}{_share(one)}</span>'
        return _box("Cost", "of 1,000 answers", pair(cost), tokens)
    return _box(
        "Prompt tokens",
        "per answer",
        pair(one),
        f'<span class="ic-mute">{change("tokens", one.difference)}{_share(one)}</span>',
    )


def _share(one: Difference) -> str:
    grown = one.growth
    written = "" if grown is None else f"({grown:+.0%})".replace("-", "−")
    return f' <span class="ic-mute">{written}</span>' if written else ""


def _box(name: str, aside: str, value: str, below: str) -> str:
    return (
        f'<div class="ic-card"><div class="ic-label"><span>{safe(name)}</span><span>{safe(aside)}</span></div>'
        f'<div class="ic-pair">{value}</div><div class="ic-delta">{below}</div></div>'
    )


def mark(gate: Gate) -> tuple[str, str, str]:
    """Return the sign, the outcome and the tone of a gate; one with nothing to check passes without a tick."""
    if gate.figure == "0/0":
        return "–", "nothing to check", "same"
    return ("✓", "passes", "better") if gate.passed else ("✗", "fails", "worse")


def gates(found: Sequence[Gate], figures: Sequence[Difference]) -> str:
    """Return the policy's gates with the figure each goes by, as HTML; `figures` are those of the candidate."""
    marks = []
    for gate in found:
        sign, outcome, tone = mark(gate)
        name = NAMES.get(gate.name, gate.name)
        shown = f'<span class="ic-mute">{safe(_gate_figure(gate, figures))}</span>'
        marks.append(f'<span title="{outcome}"><b class="ic-{tone}">{sign}</b> {safe(name)} {shown}</span>')
    passed = sum(gate.passed for gate in found)
    head = f"<span><b>Gates</b> <span class='ic-mute'>{passed} of {len(found)} pass</span></span>"
    return f'<div class="ic ic-gates">{head}{"".join(marks)}</div>'


def gate_difference(gate: Gate, figures: Sequence[Difference]) -> Difference | None:
    """Return the difference that a gate goes by; None for one that counts examples or tokens."""
    if gate.name == "improves":
        return figures[0]
    return next((one for one in figures if one.name == gate.name.replace(" ", "_")), None)


def _gate_figure(gate: Gate, figures: Sequence[Difference]) -> str:
    one = gate_difference(gate, figures)
    if one is not None and gate.name == "improves" and one.low is not None:
        return interval(one)
    if one is None or one.difference is None or gate.name == "improves":
        return gate.text
    unit = " pts" if one.name in SHARES else ""
    _, bracket, allowed = gate.text.partition(" (")
    return f"{change(one.name, one.difference)}{unit}{bracket}{allowed}"


def table(figures: Sequence[Difference]) -> str:
    """Return every figure before, after and between, as an HTML table."""
    rows = [
        f'<tr><td>{safe(NAMES[one.name])}</td><td class="ic-num">{figure(one.name, one.incumbent)}</td>'
        f'<td class="ic-num"><b>{figure(one.name, one.candidate)}</b></td>'
        f'<td class="ic-nowrap">{plain_gain(one)}</td></tr>'
        for one in figures
    ]
    return html.table(("figure", "#before", "#after", "difference, 95% interval"), rows)


def plain_gain(one: Difference) -> str:
    """Return a difference as `gain` does, without a direction where there is none to speak of, as HTML."""
    if one.name == "spread" and one.difference is not None:
        # More spread is neither better nor worse by itself: a low one shows that the ratings hardly differ.
        return f'{change(one.name, one.difference)} <span class="ic-mute">{interval(one)}</span>'
    if one.low is None and one.difference is not None:
        return f'<span class="ic-mute">{change(one.name, one.difference)}</span>'
    return gain(one)


def replaced(release: Release | None, at: datetime) -> str:
    """Return what is in use, to be replaced, as HTML."""
    if release is None:
        return f"<b>{BARE_BASE}</b>"
    return (
        f"<b>release {release.id}</b> (candidate {release.candidate_id}, by {safe(release.released_by)} "
        f"{when(release.released_at, at)})"
    )


def read_value(value: float | str | None) -> str:
    """Return the value of an answer, or that it is malformed."""
    return "malformed" if value is None else gold(value)


def gold(value: float | str) -> str:
    """Return a gold label; a mean rating to two decimals."""
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
