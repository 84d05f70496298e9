"""Rows on candidates, read for many of these together: verdicts, dispositions and corrections alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from composer.tables import CorrectionRow, DispositionRow, VerdictRow
from library.parts import in_parts

Made = TypeVar("Made")
Row = TypeVar("Row", VerdictRow, DispositionRow, CorrectionRow)


def by_candidate(
    session: Session,
    table: type[Row],
    made: Callable[..., Made],
    ids: Sequence[int],
    *,
    newest_first: bool = False,
) -> dict[int, tuple[Made, ...]]:
    """Return what is `made` of the rows on each of these candidates, oldest first; those without are left out."""
    found: dict[int, list[Made]] = {}
    number: Any = col(table.id)
    for some in in_parts(ids):
        rows = select(table).where(col(table.candidate_id).in_(some))
        for row in session.exec(rows.order_by(number.desc() if newest_first else number)):
            found.setdefault(row.candidate_id, []).append(made(**row.model_dump()))
    return {candidate: tuple(each) for candidate, each in found.items()}
