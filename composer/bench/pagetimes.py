"""How quick the pages are on a home with many examples, against what they may take."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from statistics import median

from sqlalchemy import URL

from composer.bench.limits import Limits
from composer.bench.made_up import WORD
from composer.bench.many_adaptations import NEW, populate_adaptations
from composer.bench.many_models import populate_models
from composer.bench.pages import populate
from composer.home.paths import Home
from library.database import Database
from library.errors import Refused

ROOT = Path(__file__).resolve().parents[2]
REPETITIONS = 5
CANDIDATES = 50
"""Candidates that the Inbox lists."""
TASKS, TARGETS = 10, 20
"""What the Models page shows: each task has a prompt on each target."""
ADAPTATIONS = 100
"""Adaptations that have ended, in the list of the Adapt page."""
LIMITS = Limits(
    {
        "candidate_first_ms": 500,
        "candidate_filter_ms": 200,
        "bytes": 2_000_000,
        "models_first_ms": 500,
        "models_other_ms": 500,
        "models_beside_ms": 500,
        "adapt_first_ms": 500,
        "adapt_chosen_ms": 500,
        "adapt_filter_ms": 500,
    },
    {
        "candidate_first_ms": "Candidate, first view, ms",
        "candidate_filter_ms": "Candidate, another filter, ms",
        "inbox_ms": f"Inbox of {CANDIDATES} candidates, ms",
        "bytes": "sent on the first view, bytes",
        "models_first_ms": f"Models, {TASKS} tasks on {TARGETS} targets, all read anew, ms",
        "models_other_ms": "Models, another task, ms",
        "models_beside_ms": "Models, targets side by side, ms",
        "adapt_first_ms": f"Adapt, {ADAPTATIONS} that ended and one in full, ms",
        "adapt_chosen_ms": "Adapt, where a prompt is to go chosen, ms",
        "adapt_filter_ms": "Adapt, another filter of the list, ms",
    },
)
"""What the figures must stay under, at 5,000 test examples of the candidate."""
PATIENCE_SECONDS = 300


def measure_pages(
    examples: int,
    *,
    at: datetime,
    repetitions: int = REPETITIONS,
    candidates: int = CANDIDATES,
    tasks: int = TASKS,
    targets: int = TARGETS,
    adaptations: int = ADAPTATIONS,
    on_done: Callable[[], None] = lambda: None,
) -> dict[str, int]:
    """Return the median milliseconds and bytes of the pages, by name, on homes made for it and thrown away.

    The Models page has a home of its own, of at least two `tasks`, and so has the Adapt page. Each repetition asks
    servers of its own (see `ui.timing`): nothing they have read is left over from the one before. `on_done` is
    called when the first home and when that of the Adapt page is ready, after each task of the other, and after
    each repetition. Raises `Refused` for too few examples or tasks, and where a page can't be shown.
    """
    if repetitions < 1:
        raise Refused(f"{repetitions} repetitions show nothing", fix="Give at least 1.")
    if tasks < 2:
        raise Refused(f"{tasks} tasks are too few to go from one to another", fix="Give at least 2.")
    with tempfile.TemporaryDirectory() as folder:
        home, models, adapt = (Home(Path(folder) / name) for name in ("home", "models", "adapt"))
        with _new(home) as database:
            found = populate(home, database, examples=examples, candidates=candidates, at=at)
        on_done()
        with _new(models) as database:
            first, other, *_ = populate_models(
                models, database, tasks=tasks, targets=targets, at=at, on_done=on_done
            )
        with _new(adapt) as database:
            populate_adaptations(adapt, database, number=adaptations, at=at)
        on_done()
        rounds = []
        for _ in range(repetitions):
            own = _timed(home, found.candidate, found.small)
            shown = timed(adapt, "--adaptations", "1", NEW[0])
            rounds.append({**own, **timed(models, "--models", first, other), **shown})
            on_done()
    return {name: round(median(one[name] for one in rounds)) for name in LIMITS.names}


@contextmanager
def _new(home: Home) -> Iterator[Database]:
    """Give the database of a new home: a file in its folder, whatever database the environment names."""
    home.path.mkdir()
    database = Database(
        URL.create("sqlite", database=str(home.database)), migration_lock=home.path / "database.lock"
    )
    database.migrate()
    yield database
    database.close()


def _timed(home: Home, candidate: int, small: int) -> dict[str, float]:
    return timed(home, str(candidate), str(small), WORD)


def timed(home: Home, *what: str) -> dict[str, float]:
    """Return what `ui.timing` measures on a home, in a process of its own; raises `Refused` where it can't."""
    # Pages are above the composer: it starts what measures them, and imports none of it.
    command = [sys.executable, "-m", "ui.timing", str(home.path), *what]
    try:
        ended = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise Refused(f"the pages took more than {PATIENCE_SECONDS} s", fix="Take fewer examples.") from None
    if ended.returncode:
        last = ended.stderr.strip().splitlines()[-1:] or ["no reason was given"]
        raise Refused(f"the pages could not be measured: {last[0]}")
    figures: dict[str, float] = json.loads(ended.stdout)
    return figures
