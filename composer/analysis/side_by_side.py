"""Prompts of one task side by side, all from stored answers: figures, differences to one of them, examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import isnan
from typing import Any

from sqlmodel import Session

from composer.analysis.columns import Column, read_columns
from composer.analysis.data_summary import DataSummary
from composer.analysis.naming import BASE, ColumnName, column_names
from composer.evaluation.caveats import Constant
from composer.evaluation.raters import Estimate, in_reach
from composer.evaluation.side_by_side import Answered, Standing, stand
from composer.task.task import Task
from library.canonical import text_digest
from library.errors import Refused

Value = float | str | None


@dataclass(frozen=True)
class Place:
    """One prompt among the others: what it is, how it stands, and why it isn't compared with the base prompt."""

    column: Column
    standing: Standing
    problem: str = ""


@dataclass(frozen=True)
class Line:
    """One example: each prompt's answer as read, None where it is malformed, and its loss, None for no answer."""

    id: str
    gold: float | str
    slice: str
    values: tuple[Value, ...]
    losses: tuple[float | None, ...]

    @property
    def disagree(self) -> bool:
        """Whether two prompts answered it otherwise; no answer is no disagreement."""
        given = {value for value, loss in zip(self.values, self.losses, strict=True) if loss is not None}
        return len(given) > 1


@dataclass(frozen=True)
class SideBySide:
    """Prompts side by side; `base` is the place of the one that the others are compared with.

    `lines` are the examples of its data that any prompt answered.
    """

    task: Task
    places: tuple[Place, ...]
    base: int
    lines: tuple[Line, ...]

    @property
    def metric(self) -> str:
        """The task's metric."""
        return self.task.metric

    @property
    def keys(self) -> dict[str, tuple[tuple[int, int] | None, ...]]:
        """Each snippet's place from 1 and its version in each prompt, None where it isn't there, by its key."""
        held = [
            {
                version.key: (place, version.version)
                for place, version in enumerate(one.column.composition.versions, 1)
            }
            for one in self.places
        ]
        names = dict.fromkeys(key for one in held for key in one)
        return {key: tuple(one.get(key) for one in held) for key in names}

    @property
    def bases(self) -> tuple[str, ...]:
        """What each prompt's base is: its task's own, or which other; empty where all have the same text."""
        texts = [one.column.composition.base for one in self.places]
        if len(set(texts)) == 1:
            return ()
        own = {one.column.task.base for one in self.places}
        others = [text for text in dict.fromkeys(texts) if text not in own]
        return tuple("the task's" if text in own else f"another ({others.index(text) + 1})" for text in texts)


@dataclass(frozen=True)
class Ends:
    """How good any answer could be on the sealed examples of the base prompt's data.

    `floor` is the best constant answer, `ceiling` one more person, None where no two people rated an example.
    `ways` is how much of the way from the one (0) to the other (1) each prompt has come, None where that isn't
    known.
    """

    floor: Constant
    ceiling: Estimate | None
    ways: tuple[float | None, ...]


def ends_of(found: SideBySide, summary: DataSummary) -> Ends:
    """Return how far prompts have come; `summary` is of the base prompt's data."""
    test = summary.test or summary.whole
    ways = []
    for one in found.places:
        own = None if one.problem else one.standing.figures.get(found.metric)
        ways.append(in_reach(own.value, test.floor.figure, test.ceiling.value) if own and test.ceiling else None)
    return Ends(test.floor, test.ceiling, tuple(ways))


def as_json_value(found: SideBySide, ends: Ends) -> dict[str, Any]:
    """Return it for a script: figures as `[figure, low, high]`, differences as evidence has them."""
    return {
        "task": found.task.name,
        "metric": found.metric,
        "compared_with": str(found.places[found.base].column.name),
        "best_constant": asdict(ends.floor),
        "one_more_person": _triple(ends.ceiling) if ends.ceiling else None,
        "columns": [
            {
                "name": str(one.column.name),
                "target": one.column.target,
                "base_sha256": text_digest(one.column.composition.base),
                "snippets": list(one.column.composition.keys),
                "examples": one.standing.total,
                "figures": {name: _triple(known) for name, known in one.standing.figures.items()},
                "way": way,
                "common": one.standing.common,
                "differences": [asdict(each) for each in one.standing.differences],
                "counts": asdict(one.standing.counts) if one.standing.counts else None,
                "p_holm": one.standing.p,
                "problem": one.problem or None,
            }
            for one, way in zip(found.places, ends.ways, strict=True)
        ],
        "disagree": [line.id for line in found.lines if line.disagree],
    }


def side_by_side(session: Session, task: str, names: Sequence[str], against: str = "") -> SideBySide:
    """Compare prompts of a task by name, with the one named `against`; nothing is asked of a model.

    Without it that is the bare base where it is among them, else the first release, else the first of all. Raises
    `Refused` for fewer than two, for names that mean nothing here, and what isn't among them.
    """
    known = column_names(names)
    if len(known) < 2:
        raise Refused("one prompt alone stands beside nothing", fix="Name two or more, like candidate:7 base.")
    columns = read_columns(session, task, known)
    base = _base(known, against)
    problems = [_problem(columns[base], one) for one in columns]
    answered = [Answered(one.examples, one.answers, one.prices) for one in columns]
    alike = [place for place, problem in enumerate(problems) if not problem]
    own = columns[base].task
    standings = dict(zip(alike, stand(own, [answered[place] for place in alike], alike.index(base)), strict=True))
    for place, problem in enumerate(problems):
        if problem:  # by itself it still has figures
            (standings[place],) = stand(columns[place].task, [answered[place]], 0)
    places = tuple(Place(one, standings[place], problems[place]) for place, one in enumerate(columns))
    return SideBySide(own, places, base, _lines(places))


def _base(known: Sequence[ColumnName], against: str) -> int:
    if against:
        (name,) = column_names([against])
        if name not in known:
            raise Refused(
                f"{name} is not among the prompts compared", fix=f"Choose from {', '.join(map(str, known))}."
            )
        return known.index(name)
    kinds = [name.kind for name in known]
    return next((kinds.index(kind) for kind in (BASE, "release") if kind in kinds), 0)


def _problem(base: Column, one: Column) -> str:
    """Return why a prompt can't be compared with the base prompt, in words; empty where it can."""
    if one.dataset != base.dataset:
        return "measured on another version of the data: score it again"
    if one.task.output != base.task.output:
        return "the task had another output then"
    mine = {example.id for example in base.examples}
    if not any(example.id in mine for example in one.examples):
        return "no answer of both to the same example is stored"
    return ""


def _lines(places: Sequence[Place]) -> tuple[Line, ...]:
    known = [
        {}
        if one.problem
        else {
            example.id: (parsed.value, loss)
            for example, parsed, loss in zip(
                one.column.examples, one.standing.parsed, one.standing.losses, strict=True
            )
        }
        for one in places
    ]
    examples = {example.id: example for one in places if not one.problem for example in one.column.examples}
    nothing: tuple[Value, float | None] = (None, None)
    found = []
    for name, example in examples.items():
        each = [one.get(name, nothing) for one in known]
        values, losses = tuple(value for value, _ in each), tuple(loss for _, loss in each)
        found.append(Line(name, example.gold, example.slice, values, losses))
    return tuple(found)


def _triple(one: Estimate) -> list[float | None]:
    return [None if isnan(value) else value for value in (one.value, one.low, one.high)]
