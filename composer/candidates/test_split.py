"""The ledger of reads of the sealed test split."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from composer.prompts.composition import Composition, require_composed
from composer.tables import TestReadRow
from library import log
from library.database import lock_for_writing

READ = "test split read"


def note_test_read(
    session: Session,
    dataset: str,
    target_hash: str,
    composition: Composition,
    *,
    run_id: int,
    by: str,
    at: datetime,
) -> int:
    """Note that the sealed test split is read for this composition; returns how often others read it before.

    The same composition on the same target reads the stored answers again, which counts once, also after a
    label was corrected. Raises `UnvettedText` for what is no composition, such as a trial.
    """
    require_composed(composition)
    lock_for_writing(session)  # two runs at once may end at the same composition
    query = select(TestReadRow).where(
        TestReadRow.dataset == dataset,
        TestReadRow.target == target_hash,
        TestReadRow.composition == composition.fingerprint,
    )
    row = session.exec(query).first()
    if row is None:
        row = TestReadRow(
            dataset=dataset,
            target=target_hash,
            composition=composition.fingerprint,
            run_id=run_id,
            read_at=at,
        )
        session.add(row)
        session.flush()
        log.append(
            session,
            who=by,
            action=READ,
            subject=f"run:{run_id}",
            why="",
            detail={"dataset": dataset, "composition": composition.fingerprint},
            at=at,
        )
    return times_read(session, dataset, target_hash, composition, before=row.id)


def times_read(
    session: Session, dataset: str, target_hash: str, composition: Composition | None, *, before: int | None = None
) -> int:
    """Return how often the sealed examples of a task were read, this composition on this target aside.

    With `before`, only readings older than the row of that id count.
    """
    # A corrected label makes another dataset, of examples that were read all the same.
    task = dataset.partition(":")[0]
    others = select(TestReadRow.composition, TestReadRow.target).where(
        col(TestReadRow.dataset).startswith(f"{task}:", autoescape=True)
    )
    if composition is not None:
        own = (col(TestReadRow.composition) == composition.fingerprint) & (col(TestReadRow.target) == target_hash)
        others = others.where(~own)
    if before is not None:
        others = others.where(col(TestReadRow.id) < before)
    return len(session.exec(others.distinct()).all())
