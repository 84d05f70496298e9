"""What the stored answers of many prompts took on average, and how many examples they are of, in one look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, func

from composer.models.prices import Tokens
from composer.tables import CellRow
from library.parts import in_parts

Asked = tuple[str, str]
"""The fingerprint of a composition, and the hash of the target that it was asked on."""


@dataclass(frozen=True)
class Average:
    """The mean over `answers` stored answers: seconds, and tokens of the prompt and of the answer."""

    answers: int
    seconds: float
    tokens: Tokens


def averages(session: Session, compositions: Sequence[str]) -> dict[Asked, Average]:
    """Return what the first answers with these compositions took, by fingerprint, on each target that gave any."""
    row = CellRow
    columns: tuple[Any, ...] = (row.composition, row.target)
    means: tuple[Any, ...] = (func.count(col(row.key)), func.avg(row.seconds))
    means += (func.avg(row.prompt_tokens), func.avg(row.completion_tokens))
    found: dict[Asked, Average] = {}
    for some in in_parts(list(dict.fromkeys(compositions))):
        query = select_columns(*columns, *means).where(col(row.composition).in_(some), col(row.replicate) == 0)
        for name, target, number, seconds, *each in session.execute(query.group_by(*columns)):
            tokens = Tokens(*(float(one) for one in each))
            found[name, target] = Average(int(number), float(seconds), tokens)
    return found


def answered_counts(session: Session, compositions: Sequence[str], among: Set[str]) -> dict[Asked, int]:
    """Return how many of these examples, by their ids, each composition has answered on each target, where any.

    The text of an example may have been another then: only a `Question`'s key is certain.
    """
    row = CellRow
    columns: tuple[Any, ...] = (row.composition, row.target)
    found: Counter[Asked] = Counter()
    for examples in in_parts(sorted(among)):
        for some in in_parts(list(dict.fromkeys(compositions))):
            mine = (col(row.composition).in_(some), col(row.example_id).in_(examples), col(row.replicate) == 0)
            query = select_columns(*columns, func.count(col(row.key))).where(*mine).group_by(*columns)
            for name, target, number in session.execute(query):
                found[name, target] += number
    return dict(found)
