"""Reads much at once, column by column: what pages need of thousands of examples and answers."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, func, select

from composer.answers.store import stored_answers
from composer.tables import CellRow, ExampleRow
from composer.task.task import SplitName


def split_size(session: Session, dataset: str, split: SplitName) -> int:
    """Return how many examples a split of a dataset has."""
    own = col(ExampleRow.content)["split"].as_string() == split
    rows = select(func.count()).select_from(ExampleRow).where(ExampleRow.dataset == dataset, own)
    return session.exec(rows).one()


def inputs_of(session: Session, dataset: str) -> dict[str, tuple[str, ...]]:
    """Return the inputs of every example of a dataset, by its id."""
    rows = select(ExampleRow.example_id, ExampleRow.content).where(ExampleRow.dataset == dataset)
    return {name: tuple(content["inputs"].values()) for name, content in session.exec(rows)}


def answered_examples(session: Session, target: str, composition: str, *, replicate: int = 0) -> frozenset[str]:
    """Return the ids of examples that a target was asked about with this composition, by its fingerprint.

    An id may stand for an example whose text was another then: only a `Question`'s key tells for sure.
    """
    asked = select(CellRow.example_id).where(CellRow.composition == composition, CellRow.target == target)
    return frozenset(session.exec(asked.where(CellRow.replicate == replicate)))


def stored_texts(session: Session, target: str, composition: str, keys: Sequence[str]) -> dict[str, str]:
    """Return the raw texts of the answers with these keys, those stored under this composition in one go."""
    asked = select(CellRow.key, CellRow.text).where(CellRow.composition == composition, CellRow.target == target)
    known: dict[str, str] = dict(session.exec(asked).all())
    others = stored_answers(session, [key for key in keys if key not in known])
    return {key: known[key] for key in keys if key in known} | {key: one.text for key, one in others.items()}
