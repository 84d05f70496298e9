"""Worker processes: work of a home that goes on when whoever asked for it is gone."""

from __future__ import annotations

import subprocess
import sys

from composer.home.paths import Home

WAITING, RUNNING, FINISHED, STOPPED, FAILED = "waiting", "running", "finished", "stopped", "failed"
"""States of a run or a job, as stored in its row; one whose process was killed stays `RUNNING`."""


def start(home: Home, module: str, kind: str, number: int) -> None:
    """Start `python -m MODULE HOME NUMBER`, which lives on when this process ends.

    What it prints goes to the home's logs, in a file named after the work, such as `run-3.log`.
    """
    home.logs.mkdir(parents=True, exist_ok=True)
    with (home.logs / f"{kind}-{number}.log").open("ab") as log:
        subprocess.Popen(
            [sys.executable, "-m", module, str(home.path), str(number)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
