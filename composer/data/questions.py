"""Which of the questions that people were asked in a labelling tool holds the labels that a task is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from composer.data.fields import Wrong, given, label_of, short
from composer.data.tables import Table
from composer.task.task import Task
from library.errors import Refused

_NAMED = 3
"""How many answers of a question a refusal quotes."""


def question_for(table: Table, task: Task | None, by_name: Callable[[Sequence[str]], str]) -> str:
    """Return the column with the answers that are a task's labels or ratings: the one whose answers fit best.

    Where several fit alike, or none does, it is the one that `by_name` picks, else the only one there is.
    Without a task no fit is looked at. Empty where that tells nothing: without a task, or where the form of the
    export doesn't say which columns are answers. Raises `Refused` where no question has labels or numbers for
    answers, and where it takes a person to choose.
    """
    fit = [name for name in table.answers if name not in table.unfit]
    if table.answers and not fit:
        raise Refused("; ".join(_unfit(table, table.answers)), where=str(table.path), fix=_FIX)
    used = {*table.known.values(), *table.aside}
    asked = fit or [name for name in table.columns if name not in used]
    shares = {name: _share(table, name, task) for name in asked}
    most = max(shares.values(), default=0.0)
    best = [name for name, share in shares.items() if share == most] if most or fit else []
    chosen = best[0] if len(best) == 1 else by_name(best)
    if not chosen and fit and task is not None:
        raise _unclear(table, best, task, some_fit=bool(most))
    return chosen


def refuse_unfit(table: Table, column: str) -> None:
    """Raise `Refused` where a column holds answers that are neither labels nor numbers, else return."""
    if column in table.unfit:
        raise Refused("; ".join(_unfit(table, [column])), where=str(table.path), fix=_FIX)


_FIX = "Name another question with --gold, or ask people for a choice or a rating."


def _unfit(table: Table, names: Sequence[str]) -> list[str]:
    return [f"the answers to {name} are {table.unfit[name]}, not a label or a number" for name in names]


def _unclear(table: Table, names: Sequence[str], task: Task, *, some_fit: bool) -> Refused:
    wanted = (
        f"labels {', '.join(task.output.labels)}"
        if task.output.kind == "label"
        else "ratings from {} to {}".format(*task.output.scale)
    )
    several = f"several questions have the {wanted}" if some_fit else f"no question has the {wanted}"
    return Refused(
        f"{several}: {'; '.join(f'{name} has {_quoted(table, name)}' for name in names)}",
        where=str(table.path),
        fix=f"Name the one that is meant: --gold {names[0]}.",
    )


def _quoted(table: Table, name: str) -> str:
    found = list(dict.fromkeys(short(row[name]) for _, row in table.rows if given(row, name)))
    return ", ".join(found[:_NAMED]) + (" …" if len(found) > _NAMED else "")


def _share(table: Table, name: str, task: Task | None) -> float:
    """Return the share of the answers in a column that are labels or ratings of the task, 0 to 1."""
    if task is None:
        return 0.0
    cells = Counter(repr(row[name]) for _, row in table.rows if given(row, name))
    values = {repr(row[name]): row[name] for _, row in table.rows if given(row, name)}
    fitting = sum(cells[key] for key, value in values.items() if _fits(value, task, name))
    return fitting / cells.total() if cells else 0.0


def _fits(value: object, task: Task, name: str) -> bool:
    try:
        label_of(value, task, name)
    except Wrong:
        return False
    return True
