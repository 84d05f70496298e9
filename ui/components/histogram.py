"""How often people gave each rating or label, drawn: bars, with marks below them for what a model answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ui.shell.html import safe

MOST = 30
"""Bars at most: of more labels, those that nobody gave are left out, and then the rarest."""
LEAST = 3
"""Percent of the highest bar's height that any other one has, but for those of nothing."""


def histogram(counts: Sequence[tuple[str, int]], marks: Mapping[str, str] | None = None, what: str = "") -> str:
    """Return counts as a small bar chart in HTML, one bar a value, in the order given.

    `marks` are signs to put under values, such as `{"2": "▲"}`; one whose value has no bar gets an empty one.
    What it shows is there as text for those who can't see it: `what`, then the counts.
    """
    marks = marks or {}
    shown = _few(counts, marks)
    most = max((number for _, number in shown), default=0) or 1
    cells = "".join(
        f'<span class="ic-column" title="{safe(value)} ×{number:,}">'
        f'<span class="ic-bar"><i style="height:{_height(number, most):.0f}%"></i></span>'
        f"<span>{safe(_written(value))}</span>"
        f"<b>{safe(marks.get(value, ''))}</b></span>"
        for value, number in shown
    )
    said = ", ".join(f"{value} ×{number}" for value, number in shown if number)
    label = f"{what}: {said}" if what else said
    lines = " ic-unmarked" if not marks else ""
    return f'<span class="ic-histogram{lines}" role="img" aria-label="{safe(label)}">{cells}</span>'


def _height(number: int, most: int) -> float:
    """Return the height of a bar in percent; what was given at all can be seen."""
    return max(100 * number / most, LEAST) if number else 0.0


def _few(counts: Sequence[tuple[str, int]], marks: Mapping[str, str]) -> list[tuple[str, int]]:
    """Return the counts that are drawn, in their order, and the marked values that are among none of them."""
    shown = list(counts)
    if len(shown) > MOST:
        most = sorted(shown, key=lambda one: -one[1])[:MOST]
        shown = [one for one in shown if one[0] in marks or (one[1] and one in most)]
    known = {value for value, _ in shown}
    return [*shown, *((value, 0) for value in marks if value not in known)]


def _written(value: str) -> str:
    return value.replace("-", "−", 1) if value.startswith("-") else value
