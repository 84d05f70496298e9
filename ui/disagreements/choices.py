"""What is chosen on the page, and held by its link: task, target, filters, the example that is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from composer.curation.disagreements import DIRECTIONS, Direction, Disagreements, Judged
from composer.registry.starter import TARGETS
from composer.registry.targets import nameable_targets
from composer.registry.tasks import task_names
from ui.shell import query_params
from ui.shell.context import database

ROW, SHOW, SLICE, PEOPLE = "row", "show", "slice", "people"
"""Names in the link."""
EVERYTHING, EVERY_SLICE = "all", "every slice"
ANY_PEOPLE, ALIKE, APART = "whatever people say", "people agree", "people disagree"
PEOPLE_HELP = (
    "Where people themselves are far apart, the label is uncertain: a snippet can't be right for all of them."
)


def task_and_target() -> tuple[str, str] | None:
    """Ask for a task and a target; None where there is no task or no target yet."""
    with database().session() as session:
        tasks, targets = task_names(session), nameable_targets(session)
    if not tasks or not targets:
        return None
    task = query_params.chosen("task", tasks, tasks[0])
    usual = TARGETS.get(task, targets[0])
    target = query_params.chosen("target", targets, usual if usual in targets else targets[0])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for label, name, options in (("Task", "task", tasks), ("Target", "target", targets)):
            st.selectbox(label, options, key=name, on_change=_another, args=(name,), width=260)
    return task, target


def _another(name: str) -> None:
    query_params.keep(name)
    for own in (ROW, SHOW, SLICE, PEOPLE):
        st.query_params.pop(own, None)


@dataclass(frozen=True)
class Line:
    """A disagreement in the table: the title of its group, and the row."""

    group: str
    row: Judged

    @property
    def id(self) -> str:
        """The example's id."""
        return self.row.example.id


def opened(lines: Sequence[Line]) -> str | None:
    """Return the example that the link names, else the first line's; None where there is none."""
    return st.query_params.get(ROW) or (lines[0].id if lines else None)


def open_row(example_id: str | None) -> None:
    """Open an example; None opens the first one."""
    if example_id is None:
        st.query_params.pop(ROW, None)
    else:
        st.query_params[ROW] = example_id


def lines_of(found: Disagreements) -> list[Line]:
    """Return every disagreement, group by group."""
    return [Line(group.title, row) for group in found.groups for row in group.rows]


def filtered(found: Disagreements) -> list[Line]:
    """Ask which disagreements to show, and return them."""
    lines = lines_of(found)
    counts = Counter(line.row.direction for line in lines)
    offered = [EVERYTHING, *(one for one in DIRECTIONS if counts[one] or one == "malformed")]
    slices = sorted({line.row.example.slice for line in lines if line.row.example.slice})
    with st.container(horizontal=True, vertical_alignment="center"):
        show = query_params.segments(
            "Show", SHOW, offered, EVERYTHING, lambda name: f"{name} {_number(counts, name):,}"
        )
        cut = _chosen("Slice", SLICE, [EVERY_SLICE, *slices]) if slices else EVERY_SLICE
        people = ANY_PEOPLE
        if any(line.row.spread is not None for line in lines):
            people = _chosen("People", PEOPLE, [ANY_PEOPLE, ALIKE, APART], PEOPLE_HELP)
    return [
        line
        for line in lines
        if show in (EVERYTHING, line.row.direction)
        and cut in (EVERY_SLICE, line.row.example.slice)
        and (people == ANY_PEOPLE or line.row.disputed == (people == APART))
    ]


def _number(counts: Counter[Direction], name: str) -> int:
    return counts.total() if name == EVERYTHING else sum(many for one, many in counts.items() if one == name)


def _chosen(label: str, name: str, options: Sequence[str], help: str | None = None) -> str:
    value = query_params.chosen(name, options, options[0])
    st.selectbox(
        label,
        options,
        key=name,
        on_change=query_params.keep,
        args=(name,),
        label_visibility="collapsed",
        width=190,
        help=help,
    )
    return value
