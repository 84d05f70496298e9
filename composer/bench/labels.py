"""How long it takes to import half a million single ratings, how much memory, and how quick their page then is."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import yaml

from composer.bench.limits import Limits
from composer.bench.pagetimes import REPETITIONS, timed
from composer.bench.speed import COMPOSER, HERE
from composer.data.archive import fetched
from composer.data.hutto import ARCHIVE
from composer.home.paths import Home
from composer.registry.starter import DATA
from library.errors import Refused

TASK = "all-sentiment"
LIMITS = Limits(
    {"import_s": 20, "peak_mb": 700, "task_page_ms": 500},
    {
        "import_s": "composer task add with all texts and single ratings, s",
        "peak_mb": "its memory at most, MB",
        "task_page_ms": "the page of the task, ms",
    },
)
"""What the figures must stay under, with all 23,703 texts and their 536,520 ratings."""

# On Linux a process begins with the peak of the one that starts it, so that has to be a small one.
_WATCH = """
import json, resource, subprocess, sys, time
begun = time.perf_counter()
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(json.dumps([time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]))
sys.exit(status)
"""


def measure_labels(
    slices: Sequence[str] = (), *, repetitions: int = REPETITIONS, on_done: Callable[[], None] = lambda: None
) -> dict[str, float]:
    """Return the seconds and the peak memory of the import, and the median milliseconds of the page, by name.

    The import is the command itself in a process of its own, from its start to its end, into a new home; each
    repetition of the page asks a server of its own. `slices` are the kinds of texts, all where none is named.
    `on_done` is called after the import and after each repetition. Raises `Refused` for no repetition, and where
    the archive can't be had or a command fails.
    """
    if repetitions < 1:
        raise Refused(f"{repetitions} repetitions show nothing", fix="Give at least 1.")
    fetched(ARCHIVE)  # not to be timed
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        file = Path(folder) / "task.yaml"
        file.write_text(_task(slices), encoding="utf-8")
        seconds, peak = run_watched(*COMPOSER, "task", "add", str(file), "--home", str(home.path))
        on_done()
        pages = []
        for _ in range(repetitions):
            pages.append(timed(home, "--task", TASK)["task_page_ms"])
            on_done()
    return {"import_s": round(seconds, 2), "peak_mb": round(peak), "task_page_ms": round(median(pages))}


def _task(slices: Sequence[str]) -> str:
    """Return the starter task of sentiment as a task file of every example of these kinds, none drawn by lot."""
    content = yaml.safe_load((DATA / "tasks" / "sentiment.yaml").read_text(encoding="utf-8"))
    data = {name: value for name, value in content["data"].items() if name != "sample"}
    return yaml.safe_dump({**content, "name": TASK, "data": {**data, "slices": list(slices)}}, allow_unicode=True)


def run_watched(*arguments: str) -> tuple[float, float]:
    """Return how many seconds a process of Python takes, and how many megabytes at most.

    Raises `Refused` where it ends with another status than 0.
    """
    command = [sys.executable, "-P", *arguments]
    done = subprocess.run(
        [sys.executable, "-P", "-c", _WATCH, *command],
        env=HERE.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no reason was given"]
        raise Refused(f"the import ended with status {done.returncode}: {last[0]}")
    seconds, peak = json.loads(done.stdout)
    return seconds, peak / (2**20 if sys.platform == "darwin" else 2**10)
