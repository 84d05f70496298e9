"""The labelled examples of a task in numbers: splits, slices with their floors and ceilings, and the labels."""

from __future__ import annotations

from collections.abc import Callable

from composer.analysis.data_summary import DataSummary, Part
from composer.evaluation.formatting import NAMES, bracketed, figure
from composer.evaluation.raters import Estimate
from composer.task.task import SPLITS, Task
from ui.components.histogram import histogram
from ui.shell.html import safe, table
from ui.shell.page import html, section
from ui.task.overview import two


def show(task: Task, summary: DataSummary) -> None:
    """Show how many examples each split and slice has, how good an answer could be there, and the labels drawn."""
    section("Examples", f"floor and ceiling in {NAMES[task.metric]}")
    sealed = () if summary.test is None else (summary.test,)
    rows = [_row(task, one, one.name) for one in summary.slices if len(summary.slices) > 1]
    rows += [_row(task, one, "test split") for one in sealed]
    rows.append(_row(task, summary.whole, "all"))
    heads = ("slice", *(f"#{split}" for split in SPLITS), "#best constant", "#one more person", "#alpha")
    what = "labels" if task.output.kind == "label" else "labels, rounded"
    html(
        f'<div class="ic ic-pairs"><div>{table(heads, rows)}</div>'
        f'<div><div class="ic-mute">{what}</div>{histogram(summary.golds, what="labels")}</div></div>'
    )


def _row(task: Task, one: Part, name: str) -> str:
    sizes = "".join(f'<td class="ic-num">{one.sizes[split]:,}</td>' for split in SPLITS)
    ceiling, alpha = _estimate(one.ceiling, lambda end: figure(task.metric, end)), _estimate(one.alpha, two)
    floor = f'<span title="always “{safe(one.floor.answer)}”">{figure(task.metric, one.floor.figure)}</span>'
    return (
        f'<tr><td>{safe(name)}</td>{sizes}<td class="ic-num">{floor}</td>'
        f'<td class="ic-num">{ceiling}</td><td class="ic-num">{alpha}</td></tr>'
    )


def _estimate(one: Estimate | None, written: Callable[[float], str]) -> str:
    if one is None:
        return "—"
    bounds = bracketed(written(one.low), written(one.high))
    return f'{written(one.value)} <span class="ic-mute">{bounds}</span>'
