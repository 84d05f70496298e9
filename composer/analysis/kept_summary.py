"""What a task's data hold, computed once for each version of the data and kept as a file of the home.

With half a million ratings it takes seconds, which no page should wait for. The files hold nothing that could not
be computed again: one that is missing or damaged is.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from sqlmodel import Session

from composer.analysis.data_summary import DataSummary, summarised
from composer.data.examples import Example
from composer.home.paths import Home
from composer.registry.datasets import dataset_of, examples_in
from composer.task.task import Output, Task
from library.canonical import digest

FORM = 1
"""Counted up where the same data come to other figures than before, or are kept in another form."""


def kept_summary(home: Home, dataset: str, output: Output) -> DataSummary | None:
    """Return what was kept of a dataset under a task's output; None where nothing was."""
    try:
        content = _place(home, dataset, output).read_text(encoding="utf-8")
        return _adapter().validate_python(json.loads(content))
    except (OSError, ValueError, ValidationError):
        return None


def current_summary(
    session: Session, home: Home, task: Task, examples: Sequence[Example] | None = None
) -> DataSummary:
    """Return what a task's current data hold, as `make_summary`; raises `Refused` where it has none."""
    return make_summary(session, home, dataset_of(session, task.name), task.output, examples)


def make_summary(
    session: Session, home: Home, dataset: str, output: Output, examples: Sequence[Example] | None = None
) -> DataSummary:
    """Return what a dataset holds, from what was kept or computed now, and kept then.

    `examples` are its own, in its order, where they are at hand.
    """
    known = kept_summary(home, dataset, output)
    if known is not None:
        return known
    found = summarised(examples_in(session, dataset) if examples is None else examples, output)
    _keep(_place(home, dataset, output), json.dumps(asdict(found), ensure_ascii=False))
    return found


@cache
def _adapter() -> TypeAdapter[DataSummary]:
    return TypeAdapter(DataSummary)


def _place(home: Home, dataset: str, output: Output) -> Path:
    identity = {"form": FORM, "dataset": dataset, "output": output.model_dump(mode="json")}
    return home.figures / f"{digest(identity)[:32]}.json"


def _keep(place: Path, content: str) -> None:
    """Write a file whole or not at all: others may read or write it at the same time.

    Where nothing can be written, on a full disk or in a folder of somebody else's, it is computed again next time.
    """
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=place.parent, delete=False, encoding="utf-8") as incoming:
            incoming.write(content)
        os.replace(incoming.name, place)
    except OSError:
        return
