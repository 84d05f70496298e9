"""Does one adaptation: its search on the new target, and what that comes to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from composer.adaptation.conclusion import conclude
from composer.adaptation.line import has_worker as has_worker
from composer.adaptation.line import in_line
from composer.adaptation.outcome import Outcome
from composer.adaptation.records import get_adaptation
from composer.answers.bound import Limits, spending_at_most
from composer.answers.evaluator import Stopped
from composer.answers.malformed import MostlyMalformed
from composer.home import processes
from composer.home.paths import Home
from composer.home.processes import FINISHED
from composer.models.connection import Connect, connect
from composer.runs import worker
from composer.runs.progress import Progress
from library.database import Database
from library.errors import Refused


def work(
    database: Database,
    home: Home,
    adaptation_id: int,
    *,
    on_progress: Callable[[Progress], None] = lambda _progress: None,
    connect: Connect = connect,
    only_queued: bool = False,
) -> Outcome:
    """Do or continue an adaptation in its turn and return what it came to; one that has ended is not done again.

    Most answers coming to nothing for one cause that no snippet mends, such as being cut off, is a no-go. Raises
    what doing its run raises besides that: `Refused` on an outage, `Stopped` when somebody asked it to stop.
    """
    with database.session() as session:
        known = get_adaptation(session, adaptation_id)
    if known.outcome is not None:
        return known.outcome
    with in_line(database, home, adaptation_id, known.run_id, lambda text: on_progress(Progress(text))):
        malformed = ""
        with database.session() as session:
            known = get_adaptation(session, adaptation_id)  # another worker may have done it meanwhile
        if known.outcome is not None:
            return known.outcome
        if known.run_state != FINISHED:
            try:
                worker.work(
                    database, home, known.run_id, on_progress=on_progress, connect=connect, only_queued=only_queued
                )
            except MostlyMalformed as refusal:
                malformed = f"{refusal.what[:1].upper()}{refusal.what[1:]}. {refusal.fix}"
        with database.session() as session:
            return conclude(session, adaptation_id, at=datetime.now(UTC), malformed=malformed)


def start(home: Home, adaptation_id: int, *limits: str) -> None:
    """Start a worker process for an adaptation; it lives on when this process ends.

    `limits` are those of `Limits.arguments`.
    """
    processes.start(home, "composer.adaptation.worker", "adaptation", adaptation_id, *limits)


def main(arguments: Sequence[str]) -> int:
    """Do the adaptation named on the command line: `python -m composer.adaptation.worker HOME NUMBER`.

    `--max-cells=N` and `--max-cost=M` after these bound what it pays.
    """
    limits = Limits.told(arguments[2:])
    with spending_at_most(limits.max_cells, limits.max_cost):
        return processes.work_as_told(arguments[:2], work, ends=(Refused, Stopped))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
