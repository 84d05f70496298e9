"""Made-up finished searches, stored as runs are: what curators read of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from composer.registry.tasks import add_task
from composer.tables import RunRow
from composer.task.task import Task
from tests import small

Seen = tuple[float, float, float, int]
"""Gain in loss, its interval's ends, and answers."""


def store_search(
    session: Session,
    number: int,
    snippets: Mapping[str, Seen],
    *,
    composition: Sequence[str] = (),
    pairs: Mapping[tuple[str, str], Seen] | None = None,
    of: Task | None = None,
    target: str = "tiny",
    entered: datetime = small.NOW,
    strategy: str = "effects",
    state: str = "finished",
) -> None:
    """Store search `number`, which ended as many minutes after it was entered."""
    task = of or small.task()
    add_task(session, task, by="Ada", at=small.NOW)
    session.add(
        RunRow(
            id=number,
            identity=f"run {number}",
            task=task.name,
            task_hash=task.hash,
            dataset="",
            target=target,
            target_hash="",
            library="",
            incumbent="",
            strategy=strategy,
            seed=0,
            budget=100,
            state=state,
            trace=[],
            worth={
                "snippets": [_gain((key,), seen) for key, seen in snippets.items()],
                "pairs": [_gain(keys, seen) for keys, seen in (pairs or {}).items()],
                "left_out": [],
                "orders": [],
                "noise": 0.1,
            },
            result={"keys": list(composition)},
            started_by="Ada",
            created_at=entered,
            ended_at=entered + timedelta(minutes=number),
        )
    )
    session.flush()


def _gain(keys: Sequence[str], seen: Seen) -> dict[str, object]:
    gain, low, high, cells = seen
    return {"keys": list(keys), "gain": gain, "low": low, "high": high, "cells": cells}
