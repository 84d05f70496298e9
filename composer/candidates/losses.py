"""What candidates lost on the sealed examples, read from many evidences at once, for lists of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Table, Text, type_coerce
from sqlalchemy import select as sa_select
from sqlmodel import Session

from composer.tables import CandidateRow
from library.parts import in_parts


@dataclass(frozen=True)
class SealedLosses:
    """A candidate's own side of its evidence: n examples with their losses, and what identifies both prompts.

    `losses` are in [0, 1], 1 where the answer is not `valid`; all three in the order of the evidence.
    """

    fingerprint: str
    incumbent: str
    strategy: str
    examples: tuple[str, ...]
    losses: tuple[float, ...]
    valid: tuple[bool, ...]


def sealed_losses(session: Session, ids: Sequence[int]) -> dict[int, SealedLosses]:
    """Return what each of these candidates lost, by its id.

    The evidence is taken as it is stored, its hash unchecked: `get_candidate` is for what anything rests on.
    """
    found: dict[int, SealedLosses] = {}
    table: Table = CandidateRow.__table__  # type: ignore[attr-defined]
    columns = (table.c.id, type_coerce(table.c.evidence, Text))
    for some in in_parts(ids):
        query = sa_select(*columns).where(table.c.id.in_(some))
        for number, text in session.execute(query):
            evidence = json.loads(text)
            rows = evidence["rows"]
            found[number] = SealedLosses(
                evidence["candidate"]["fingerprint"],
                evidence["incumbent"]["fingerprint"],
                evidence["search"]["strategy"],
                tuple(row["example_id"] for row in rows),
                tuple(row["candidate_loss"] for row in rows),
                tuple(row["candidate_valid"] for row in rows),
            )
    return found
