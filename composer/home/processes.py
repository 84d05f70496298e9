"""Worker processes: work of a home that goes on when whoever asked for it is gone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from composer.home.paths import Home
from composer.home.streams import guard_streams
from library import disk
from library.database import Database, open_database
from library.errors import Refused

WAITING, RUNNING, FINISHED, STOPPED, FAILED = "waiting", "running", "finished", "stopped", "failed"
"""States of a run or a job, as stored in its row; one whose process was killed stays `RUNNING`."""


def start(home: Home, module: str, kind: str, number: int, *more: str) -> None:
    """Start `python -m MODULE HOME NUMBER`, and `more` arguments, which lives on when this process ends.

    What it prints goes to the home's logs, in a file named after the work, such as `run-3.log`. Raises `Refused`
    where that can't be written, or the process not be started: what was entered then waits.
    """
    file = home.logs / f"{kind}-{number}.log"
    try:
        home.logs.mkdir(parents=True, exist_ok=True)
        with file.open("ab") as log:
            subprocess.Popen(
                [sys.executable, "-m", module, str(home.path), str(number), *more],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
    except OSError as error:
        reason = known.what if (known := disk.of_the_disk(error)) else error.strerror or str(error)
        raise Refused(
            f"the worker can't be started: {reason}",
            where=str(file),
            fix=f"{known.fix if known else 'Mend that.'} What was entered waits, and can be continued.",
        ) from error


def work_as_told(
    arguments: Sequence[str],
    do: Callable[[Database, Home, int], object],
    *,
    ends: tuple[type[Exception], ...] = (Refused,),
) -> int:
    """Do what `start` started this process for, its `arguments` being HOME NUMBER; returns the exit status.

    Of what `do` raises, `ends` are printed in words and give 1; everything else goes through.
    """
    guard_streams()
    home = Home(Path(arguments[0]))
    try:
        with disk.in_plain_words():
            do(open_database(home.path), home, int(arguments[1]))
    except ends as ended:
        print(ended if str(ended) else "stopped", file=sys.stderr)
        return 1
    return 0
