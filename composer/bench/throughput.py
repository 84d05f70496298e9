"""How fast cells are asked, stored and loaded, in one run: ratios to others are measured by turns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import dspy
from rich.table import Table

from composer.bench import throughput_cells as cells
from composer.bench import throughput_model as model
from composer.bench.speed import DROPPED, ROOT
from composer.models.catalogue import find_model
from composer.models.download import locate, models_folder
from composer.prompts.vocabulary import Vocabulary
from composer.registry.datasets import dataset_of, examples_of
from composer.registry.starter import load_starter
from composer.registry.tasks import get_task
from composer.release.verification import MANIFEST
from library.database import open_database
from library.errors import Refused
from library.snippets import vetted

MODEL, TASK = "qwen2.5-coder-0.5b", "sentiment"
LEAST_QUESTIONS = 10
"""With fewer answers a search asks nothing, or of one composition alone."""
IMPORTED = (
    "import time; begun = time.perf_counter(); from composer import load; print(time.perf_counter() - begun)"
)


@dataclass(frozen=True)
class Sizes:
    """How much is measured: cells of each kind, questions of a task to the model, and times each is done."""

    cells: int = 2000
    endpoint: int = 1280
    cluster: int = 15
    questions: int = 60
    repetitions: int = 3
    threads: int = 1
    task: str = TASK


@dataclass(frozen=True)
class Throughput:
    """The figures; a median where something is done several times.

    Cells a second stored, and examples a second by dspy.Evaluate; seconds that a search's questions took raw
    llama.cpp, this installation, and the other one where there is one; stored cells of a slow endpoint as a share
    of what it can give; two processes of a cluster as a multiple of one; milliseconds to load a release, and
    seconds to import what does.
    """

    stored_per_s: float
    dspy_evaluate_per_s: float
    raw_llama_s: float
    embedded_s: float
    endpoint_share: float
    dask_speedup: float
    load_ms: float
    import_runtime_s: float
    against_embedded_s: float | None = None

    def as_json(self) -> dict[str, float]:
        """Return the figures as they are printed, to four places."""
        return {name: round(value, 4) for name, value in asdict(self).items() if value is not None}


def measure_throughput(
    sizes: Sizes,
    release: Path,
    *,
    against: model.Side | None = None,
    on_done: Callable[[str], None] = lambda _what: None,
) -> Throughput:
    """Return the figures; `release` is the folder of a pack, and `against` another installation's engine.

    Raises `Refused` where the embedded model's file is not on this machine, no starter task has that name, or so
    little is measured that there is no figure.
    """
    for name, number, least in (
        ("questions", sizes.questions, LEAST_QUESTIONS),
        ("repetitions", sizes.repetitions, 1),
    ):
        if number < least:
            raise Refused(f"{number} {name} show nothing", fix=f"Give at least {least}.")
    questions = _questions(sizes.task, sizes.questions)
    sides = [model.Side("raw"), model.Side("engine"), *([against] if against else [])]
    file = locate(find_model(MODEL), models_folder())
    stored, evaluated = _by_turns(sizes, on_done)
    on_done("a slow endpoint")
    share = median(cells.endpoint_share(sizes.endpoint) for _ in range(sizes.repetitions))
    on_done("a cluster")
    speedup = median(cells.cluster_speedup(sizes.cluster) for _ in range(sizes.repetitions))
    on_done("loading a release")
    load_ms, imported = _loading(release, sizes.repetitions)
    on_done("a model")
    seconds = model.seconds_of(sides, file, questions, threads=sizes.threads)
    return Throughput(stored, evaluated, seconds[0], seconds[1], share, speedup, load_ms, imported, *seconds[2:])


def _by_turns(sizes: Sizes, on_done: Callable[[str], None]) -> tuple[float, float]:
    lm = dspy.LM("instant/model", engine=cells.InstantEngine(), num_retries=0, cache=False)
    cells.evaluated_a_second(lm, sizes.cells // 4)  # what is imported late is imported now
    stored, evaluated = [], []
    for _ in range(sizes.repetitions):
        on_done("storing, and dspy.Evaluate")
        stored.append(cells.stored_a_second(lm, sizes.cells))
        evaluated.append(cells.evaluated_a_second(lm, sizes.cells))
    return median(stored), median(evaluated)


def _questions(name: str, count: int) -> Sequence[list[dict[str, str]]]:
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(Path(folder))
        with database.session() as session:
            load_starter(session, by="Bench", at=datetime.now(UTC))
            task = get_task(session, name)
            vocabulary = Vocabulary(task, vetted(session, task.snippets.tags))
            dev = examples_of(session, dataset_of(session, name), "dev")
        database.close()
    return model.questions_of_search(vocabulary, dev, count)


def _loading(release: Path, repetitions: int) -> tuple[float, float]:
    from composer.runtime.loading import load

    manifest = json.loads((release / MANIFEST).read_bytes())
    task, target = manifest["task"]["name"], manifest["target"]["name"]
    taken = []
    for number in range(repetitions + 1):
        begun = time.perf_counter()
        load(task, target=target, source=release)
        if number:  # the first one imports
            taken.append(1000 * (time.perf_counter() - begun))
    environment = {name: value for name, value in os.environ.items() if name not in DROPPED}
    imported = [
        float(
            subprocess.run(
                [sys.executable, "-c", IMPORTED],
                cwd=ROOT,
                env=environment,
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        for _ in range(repetitions + 1)
    ]
    return median(taken), median(imported[1:])


def table(found: Throughput) -> Table:
    """Return the figures as a table to print."""
    shown = Table("what", "figure", "beside")
    ratio = found.stored_per_s / found.dspy_evaluate_per_s
    shown.add_row("cells stored a second", f"{found.stored_per_s:,.0f}", f"{ratio:.2f} of dspy.Evaluate")
    raw = found.embedded_s / found.raw_llama_s
    shown.add_row("embedded model, a search", f"{found.embedded_s:.1f} s", f"{raw:.2f} of raw llama.cpp")
    if found.against_embedded_s is not None:
        other = found.embedded_s / found.against_embedded_s
        shown.add_row("", "", f"{other:.2f} of the other installation")
    shown.add_row("endpoint of 200 ms, 64 threads", f"{found.endpoint_share:.2f}", "of 320 cells a second")
    shown.add_row("Dask, two processes", f"{found.dask_speedup:.2f}", "times one process")
    shown.add_row("a release loaded", f"{found.load_ms:.1f} ms", "")
    shown.add_row("import composer.load", f"{found.import_runtime_s:.2f} s", "")
    return shown
