"""From a row of a file to what is asked about it, or to what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from composer.annotation.rows import Batch, FileRow
from composer.data.examples import Example
from composer.data.fields import Wrong, given, label_of, text_of
from composer.data.files import require_askable
from composer.data.tables import Problem
from composer.prompts.composition import Composition
from composer.task.task import SPLITS, SplitName, Task
from library.canonical import digest


@dataclass(frozen=True)
class OverAFile:
    """A released composition that is asked about the rows of a file.

    Its answers are filed under a fingerprint of their own: there may be millions, and whoever looks up what was
    answered in a measurement would read them all. An answer is found by what was sent, so none is paid twice.
    """

    composition: Composition

    splits: ClassVar[frozenset[SplitName]] = frozenset(SPLITS)

    @property
    def text(self) -> str:
        """The prompt, as it is sent."""
        return self.composition.text

    @property
    def fingerprint(self) -> str:
        """Identity under which its answers are filed, as sha256 in hex."""
        return digest({"over a file": self.composition.fingerprint})


@dataclass(frozen=True)
class AskedRow:
    """A row to be asked: its position in its batch and its place in the file, and the example it is."""

    position: int
    place: int
    example: Example


@dataclass(frozen=True)
class Prepared:
    """The rows of a batch that are asked, in order, and those that can't be, by position, with why."""

    asked: tuple[AskedRow, ...]
    malformed: Mapping[int, Problem]


def prepared(batch: Batch, inputs: Mapping[str, str], task: Task) -> Prepared:
    """Check the inputs of each row of a batch; `inputs` maps each input of the task to its column."""
    asked: list[AskedRow] = []
    malformed: dict[int, Problem] = {}
    for position, row in enumerate(batch.rows):
        try:
            asked.append(AskedRow(position, row.place, _example(row, inputs, task)))
        except Wrong as wrong:
            malformed[position] = row.problem or wrong.at(row.place)
    return Prepared(tuple(asked), malformed)


def _example(row: FileRow, inputs: Mapping[str, str], task: Task) -> Example:
    if row.problem is not None:
        raise Wrong(row.problem.column, row.problem.what, row.problem.fix)
    texts = {name: text_of(row.cells.get(column), column) for name, column in inputs.items()}
    for name, text in texts.items():
        require_askable(text, inputs[name], task)
    id = f"row-{digest(texts)[:16]}"  # rows of the same inputs are one question
    return Example(id, texts, gold="", split="test", clusters=(id,))


def golds(
    batch: Batch, asked: Sequence[AskedRow], column: str, task: Task, *, decimal_comma: bool
) -> tuple[dict[int, float | str], list[Problem]]:
    """Return people's labels of the rows that are asked, by position, and what is wrong with any."""
    found: dict[int, float | str] = {}
    problems: list[Problem] = []
    for one in asked if column else ():
        cells = batch.rows[one.position].cells
        if not given(cells, column):
            continue
        try:
            found[one.position] = label_of(cells[column], task, column, decimal_comma=decimal_comma)
        except Wrong as wrong:
            problems.append(wrong.at(one.place))
    return found, problems
