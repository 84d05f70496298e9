"""All tasks as a table: what each is for, its labels, and how well people agree on them."""

from __future__ import annotations

from collections.abc import Sequence

from composer.activity.addresses import task_page
from composer.analysis.task_list import ListedTask
from composer.evaluation.formatting import NAMES, figure
from ui.shell.html import safe, table
from ui.task.overview import two


def tasks(found: Sequence[ListedTask]) -> str:
    """Return the tasks as an HTML table."""
    heads = (
        "task",
        "what it is for",
        "metric",
        "#examples",
        "#best constant",
        "#one more person",
        "#alpha",
        "in use",
    )
    return table(heads, [_row(one) for one in found])


def _row(one: ListedTask) -> str:
    task, summary = one.task, one.summary
    floor = ceiling = alpha = "—"
    if summary is not None:
        floor = figure(task.metric, summary.whole.floor.figure)
        if summary.whole.ceiling is not None and summary.whole.alpha is not None:
            ceiling, alpha = figure(task.metric, summary.whole.ceiling.value), two(summary.whole.alpha.value)
    cells = "".join(f'<td class="ic-num">{cell}</td>' for cell in (f"{one.examples:,}", floor, ceiling, alpha))
    targets = ", ".join(one.targets) or '<span class="ic-mute">nothing released</span>'
    return (
        f'<tr><td class="ic-nowrap"><a href="{safe(task_page(task.name))}">{safe(task.name)}</a></td>'
        f"<td>{safe(task.title)}</td><td>{safe(NAMES[task.metric])}</td>{cells}"
        f"<td>{targets if not one.targets else safe(targets)}</td></tr>"
    )
