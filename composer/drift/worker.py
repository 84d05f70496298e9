"""A scoring as a process of its own, with the run after it that a policy wants."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from composer.answers.evaluator import Stopped
from composer.drift.scoring import do_score
from composer.home import processes
from composer.home.paths import Home
from composer.runs import worker as runs
from composer.runs.records import get_run
from library.database import Database
from library.errors import Refused


def work(database: Database, home: Home, score_id: int) -> None:
    """Do or continue a scoring, then start the run that it entered; raises as `do_score` does."""
    done = do_score(database, home, score_id)
    if done.run_id is not None:
        start_run(database, home, done.run_id)


def start_run(database: Database, home: Home, run_id: int) -> bool:
    """Start the run that a scoring entered, unless somebody has started it already; returns whether it did."""
    with database.session() as session:
        begun = get_run(session, run_id).state != processes.WAITING
    if begun or runs.is_at_work(home, run_id):
        return False
    runs.start(home, run_id)
    return True


def main(arguments: Sequence[str]) -> int:
    """Do the scoring named on the command line: `python -m composer.drift.worker HOME SCORING`; 0 when done."""
    return processes.work_as_told(arguments, work, ends=(Refused, Stopped))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
