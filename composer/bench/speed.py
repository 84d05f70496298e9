"""How long commands take, each a process of its own on made-up inputs, here or beside another installation."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from rich.table import Table

from composer.bench.speed_inputs import Inputs
from library.database import URL_VARIABLE
from library.errors import Refused

ROOT = Path(__file__).resolve().parents[2]
COMPARE = Path(__file__).with_name("speed_compare.py")
COMPOSER = ("-c", "from composer.cli import main; main()")
REPETITIONS = 5
PATIENCE_SECONDS = 1800
DROPPED = ("PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE", "COMPOSER_HOME", URL_VARIABLE)
"""What in the environment would lead to other code, to another home, or to compiling the code each time."""


@dataclass(frozen=True)
class Measure:
    """Something to time: how a table names it, the arguments to Python, and the exit status it ends with.

    The arguments are those for given inputs and an empty folder that is deleted afterwards.
    """

    title: str
    arguments: Callable[[Inputs, Path], Sequence[str | Path]]
    status: int = 0


MEASURES: Mapping[str, Measure] = {
    "help_s": Measure("composer --help", lambda _inputs, _folder: (*COMPOSER, "--help")),
    "inbox_s": Measure("composer inbox", lambda inputs, _: (*COMPOSER, "inbox", "--home", inputs.home)),
    "library_list_s": Measure(
        "composer library list", lambda inputs, _: (*COMPOSER, "library", "list", "--home", inputs.home)
    ),
    "verify_s": Measure("composer verify", lambda inputs, _: (*COMPOSER, "verify", inputs.pack)),
    "compare_5000_s": Measure(
        "comparison of 5,000 examples, each rated differently",
        lambda inputs, _: (COMPARE, str(inputs.sizes.compared)),
    ),
    "import_30000_s": Measure(
        "import of 30,000 snippets into a new home",
        lambda inputs, folder: (*COMPOSER, "library", "import", inputs.many, "--yes", "--home", folder / "home"),
    ),
    "requires_5000_s": Measure(
        "refusal of a chain of 5,000 snippets that require one another",
        lambda inputs, _: (*COMPOSER, "library", "import", inputs.chain, "--yes", "--home", inputs.home),
        status=1,
    ),
}
"""What is timed, by the name of its figure."""


@dataclass(frozen=True)
class Installation:
    """A Python that composer is installed in, or that finds it in the folder `source`."""

    python: Path
    source: Path | None = None

    def seconds(self, measure: Measure, inputs: Inputs) -> float:
        """Return how long one process takes; raises `Refused` where it ends with a status it shouldn't."""
        with tempfile.TemporaryDirectory(dir=inputs.folder) as folder:
            # -P: no module of a script's folder takes the place of one that is installed.
            command = [self.python, "-P", *measure.arguments(inputs, Path(folder))]
            start = perf_counter()
            ended = subprocess.run(
                command,
                cwd=folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=PATIENCE_SECONDS,
                check=False,
            )
            taken = perf_counter() - start
        if ended.returncode != measure.status:
            last = ended.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no reason was given"]
            raise Refused(
                f"{measure.title} ended with status {ended.returncode}: {last[0]}", where=str(self.python)
            )
        return taken

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its processes: this one's, without what would change what is measured."""
        kept = {name: value for name, value in os.environ.items() if name not in DROPPED}
        return {**kept, "PYTHONPATH": str(self.source)} if self.source else kept


HERE = Installation(Path(sys.executable), ROOT)
"""The code of this very process."""


@dataclass(frozen=True)
class Speed:
    """Median seconds by name: of this code, and of another installation on the same inputs where one is named."""

    here: Mapping[str, float]
    against: Mapping[str, float] | None = None

    @property
    def ratio(self) -> Mapping[str, float]:
        """The seconds here as a share of those there."""
        return {name: self.here[name] / there for name, there in (self.against or {}).items()}

    def as_json(self) -> dict[str, object]:
        """Return the figures as they are printed: seconds to a thousandth, ratios to four places."""
        found: dict[str, object] = {name: round(value, 3) for name, value in self.here.items()}
        if self.against is not None:
            found["against"] = {name: round(value, 3) for name, value in self.against.items()}
            found["ratio"] = {name: round(value, 4) for name, value in self.ratio.items()}
        return found


def installation_at(place: Path) -> Installation:
    """Return the installation whose Python is `place`, or in that folder, or in its `bin`.

    Raises `Refused` where there is none.
    """
    # Not resolved: the Python of a virtual environment is a link, and knows by its path whose it is.
    for python in (place, place / "python", place / "bin" / "python"):
        if python.is_file():
            return Installation(python.absolute())
    raise Refused("there is no Python", where=str(place), fix="Name one, or a virtual environment.")


def measure_speed(
    inputs: Inputs,
    names: Sequence[str] = tuple(MEASURES),
    *,
    against: Installation | None = None,
    repetitions: int = REPETITIONS,
    on_done: Callable[[], None] = lambda: None,
) -> Speed:
    """Return the median seconds of each named measure.

    Both installations take turns, each on its own copy of the home, so that what else the machine does slows
    both. `on_done` is called after each process. Raises `Refused` for an unknown name, no repetition, and a
    command that fails.
    """
    if unknown := [name for name in names if name not in MEASURES]:
        raise Refused(f"nothing measured is called {unknown[0]}", fix=f"Choose from: {', '.join(MEASURES)}.")
    if repetitions < 1:
        raise Refused(f"{repetitions} repetitions give no median", fix="Give at least 1.")
    sides = [(HERE, inputs)] if against is None else [(HERE, inputs), (against, inputs.copied("other"))]
    taken: list[dict[str, list[float]]] = [{name: [] for name in names} for _ in sides]
    for name in names:
        for _ in range(repetitions):
            for (side, own), found in zip(sides, taken, strict=True):
                found[name].append(side.seconds(MEASURES[name], own))
                on_done()
    return Speed(*({name: median(found) for name, found in side.items()} for side in taken))


def table(speed: Speed) -> Table:
    """Return the medians as a table to print, beside the other installation's where there is one."""
    shown = Table("what", "seconds")
    if speed.against is None:
        for name, value in speed.here.items():
            shown.add_row(MEASURES[name].title, f"{value:.2f}")
        return shown
    shown.add_column("against")
    shown.add_column("ratio")
    for name, value in speed.here.items():
        shown.add_row(
            MEASURES[name].title, f"{value:.2f}", f"{speed.against[name]:.2f}", f"{speed.ratio[name]:.3f}"
        )
    return shown
