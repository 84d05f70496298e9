"""The log's rows against those that are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from composer import tables
from composer.audit.begun import targets_begun
from composer.audit.older import strangers
from composer.audit.replay import Named
from composer.audit.wording import changed, unknown
from composer.home.processes import FINISHED
from composer.tables import AuthoringJobRow, CandidateRow, CellRow, DriftScoreRow, JobRow, RunRow, TargetRow
from library.log import LogEntry
from library.parts import in_parts
from library.rows import Row, content_hashes
from library.tables import Table


@dataclass
class Compared:
    """What comparing rows with the log found so far; `unnamed` are the keys of rows that no entry names."""

    same: int = 0
    present: set[Row] = field(default_factory=set)
    differences: list[str] = field(default_factory=list)
    unnamed: dict[type[Table], list[str]] = field(default_factory=dict)


def logged_tables() -> tuple[type[Table], ...]:
    """Return the tables whose rows entries of the log name."""
    for name in tables.__all__:
        getattr(tables, name)  # a table is known once its module is loaded
    return tuple(one for one in Table.__subclasses__() if one.logged)


def compare(
    session: Session, wanted: Mapping[type[Table], Sequence[str] | None], named: Mapping[Row, Named]
) -> Compared:
    """Compare stored rows (all of a table, or those of some keys) with what the log says of them."""
    found = Compared()
    for table, keys in wanted.items():
        for key, sha256 in content_hashes(session, table, keys):
            row = (str(table.__tablename__), key)
            found.present.add(row)
            if row not in named:
                found.unnamed.setdefault(table, []).append(key)
            elif named[row].sha256 != sha256:
                found.differences.append(changed(session, table, key, named[row]))
            else:
                found.same += 1
    return found


def judge_unnamed(
    session: Session, found: Compared, older: Sequence[LogEntry]
) -> tuple[dict[type[Table], list[str]], int]:
    """Sort rows that no entry names: those that none can have made become differences.

    Returns the keys of those that are older than content hashes, by table, and how many are answers of runs
    that haven't ended. `older` are the entries from before rows were named.
    """
    covered: dict[type[Table], list[str]] = {}
    waiting = 0
    for table, keys in found.unnamed.items():
        strange = strangers(str(table.__tablename__), keys, older) if older else keys
        if table is CellRow and not older:
            strange = _of_ended_runs(session, keys)
            waiting = len(keys) - len(strange)
        elif known := sorted(set(keys) - set(strange), key=keys.index):
            covered[table] = known
        found.differences += [unknown(session, table, key) for key in strange]
    return covered, waiting


def _of_ended_runs(session: Session, keys: Sequence[str]) -> list[str]:
    """Return which of these answers are of a target for which no run, job or other command is still to end."""
    runs = session.exec(select(RunRow.target_hash).where(RunRow.state != FINISHED))
    jobs = session.exec(
        select(TargetRow.hash)
        .join(CandidateRow, col(CandidateRow.target) == TargetRow.name)
        .join(JobRow, col(JobRow.candidate_id) == CandidateRow.id)
        .where(JobRow.state != FINISHED)
    )
    authoring = session.exec(
        select(TargetRow.hash)
        .join(AuthoringJobRow, col(AuthoringJobRow.target) == TargetRow.name)
        .where(AuthoringJobRow.state != FINISHED)
    )
    drift = session.exec(select(DriftScoreRow.target_hash).where(DriftScoreRow.state != FINISHED))
    unfinished = {*runs, *jobs, *authoring, *drift, *targets_begun(session)}
    waiting: set[str] = set()
    for some in in_parts(keys if unfinished else ()):
        theirs = col(CellRow.key).in_(some) & col(CellRow.target).in_(unfinished)
        waiting |= set(session.exec(select(CellRow.key).where(theirs)))
    return [key for key in keys if key not in waiting]
