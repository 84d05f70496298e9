"""Work that goes on without whoever asked for it: what is noted of it, and whether somebody is at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from composer.health.findings import Finding, fine, warning
from composer.home.locks import is_locked
from composer.home.paths import Home
from composer.home.processes import RUNNING
from composer.tables import AuthoringJobRow, DriftScoreRow, JobRow, RunRow
from library.address import POSTGRESQL, address_of_home
from library.claims import is_claimed

WORK = "work"


@dataclass(frozen=True)
class _Kind:
    """Where a kind of work is noted, what it is called in a sentence, and how one that was cut off goes on."""

    table: Any
    called: str
    goes_on: Callable[[Any], str]


_ASKED_AT = {"answers": "the disagreements", "try": "the snippet’s draft", "dev": "the models’ answers"}
"""Where in the app each kind of authoring job is asked for."""
KINDS: Mapping[str, _Kind] = {
    "run": _Kind(RunRow, "run", lambda row: f"`composer compose {row.task} --target {row.target}`"),
    "job": _Kind(JobRow, "job", lambda row: f"its button on the page of candidate {row.candidate_id}"),
    "drift": _Kind(
        DriftScoreRow, "scoring", lambda row: f"`composer drift score {row.task} --target {row.target}`"
    ),
    "authoring-job": _Kind(
        AuthoringJobRow, "authoring job", lambda row: f"its button at {_ASKED_AT[row.kind]} of {row.task}"
    ),
}
"""Kinds of work under the names that their locks and logs begin with, such as `run-3.lock`."""


def numbers(session: Session) -> dict[str, frozenset[int]]:
    """Return the numbers of all work of each kind that is noted."""
    return {name: frozenset(session.exec(select(kind.table.id))) for name, kind in KINDS.items()}


def cut_off(session: Session, home: Home) -> Iterator[Finding]:
    """Say what is noted as being worked on though nobody is at it."""
    left = [
        (kind, row)
        for name, kind in KINDS.items()
        for row in session.exec(select(kind.table).where(kind.table.state == RUNNING))
        if not _is_at_work(home, f"{name}-{row.id}")
    ]
    for kind, row in left:
        said = f"{kind.called} {row.id} was cut off: nobody works on it, and its answers are kept"
        yield warning(WORK, said, f"{kind.goes_on(row)} goes on with it.")
    if not left:
        yield fine(WORK, "nothing was cut off")


def _is_at_work(home: Home, name: str) -> bool:
    url = address_of_home(home.path)
    if url.get_backend_name() == POSTGRESQL:
        return is_claimed(url, name)
    # Where there is no such file nobody holds it, and asking would make it.
    locks = Path(url.database or "").parent / home.locks.name
    return (locks / f"{name}.lock").exists() and is_locked(home, name)
