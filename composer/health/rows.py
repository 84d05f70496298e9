"""What a database holds: its log, the rows against that, rows that point nowhere, and its clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from composer.audit.verification import audit
from composer.health.findings import SHOWN, Finding, fault, fine, listed, warning
from composer.health.orphans import orphans, strays
from library.tables import LogRow

LOG, ROWS, ORPHANS, CLOCK = "log", "rows", "orphans", "clock"
AHEAD = timedelta(minutes=5)
"""By how much clocks of several machines may differ before it is said."""
_VERIFY = "`composer audit verify` lists all of it."
_WAITING = "; answers to be named in it, once what asked for them ends or is run again: {:,}"
_CHANGED = "Put a backup of before back with `composer restore FILE`, or find out who changed it."


def against_the_log(session: Session) -> Iterator[Finding]:
    """Say whether the log's chain is whole, and the rows, their texts and contents are what it says."""
    found = audit(session)
    if found.differences:
        what = f"{len(found.differences):,} differ" if found.differences[1:] else "one differs"
        fix = f"{_VERIFY} {_CHANGED}"
        yield fault(LOG, f"{what} from what was written: {listed(found.differences)}", fix)
    else:
        yield fine(LOG, f"the chain of {found.head.entries:,} entries is whole")
        if found.rows:
            said = f"{found.rows:,} rows are what the log says, and so are their contents"
            yield fine(ROWS, f"{said}{_WAITING.format(found.waiting) if found.waiting else ''}")
    if older := sum(map(len, found.older.values())):
        yield warning(
            ROWS,
            f"{older:,} rows are older than content hashes, so a change of them is not found",
            "`composer audit adopt` names them as they are now.",
        )


def orphaned(session: Session) -> Iterator[Finding]:
    """Say which rows point nowhere, and which answers are of targets or examples that aren't there."""
    lost, left = orphans(session), strays(session)
    if lost:
        yield fault(ORPHANS, f"rows point nowhere: {listed(lost)}", f"Put a backup back. {_VERIFY}")
    if left:
        yield warning(ORPHANS, listed(left), "Nothing reads them; they only take room.")
    if not lost and not left:
        yield fine(ORPHANS, "no row points nowhere")


def clock(session: Session, at: datetime) -> Iterator[Finding]:
    """Say whether this machine's clock, which says `at`, is behind the log, and whether it was ever set back."""
    newest = session.scalar(select(func.max(col(LogRow.at))))
    if newest is not None and newest - at > AHEAD:
        yield warning(
            CLOCK,
            f"the log was written until {newest:%Y-%m-%d %H:%M} UTC, and this machine's clock says"
            f" {at:%Y-%m-%d %H:%M}",
            "Set the clock. The order of the log is that of its numbers and stays right.",
        )
        return
    back = _set_back(session)
    if back:
        more = f" and {len(back) - SHOWN:,} more" if back[SHOWN:] else ""
        shown = ", ".join(map(str, back[:SHOWN]))
        yield fine(CLOCK, f"it is not behind the log; it was set back before entry {shown}{more}")
    else:
        yield fine(CLOCK, "it is not behind the log")


def _set_back(session: Session) -> list[int]:
    """Return the ids of entries that are clearly earlier than the one before them."""
    found, previous = [], None
    table = LogRow.__table__  # type: ignore[attr-defined]
    for number, at in session.execute(sa_select(table.c.id, table.c.at).order_by(table.c.id)):
        if previous is not None and previous - at > AHEAD:
            found.append(number)
        previous = at
    return found
