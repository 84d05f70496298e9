"""The main job on the real 0.5B model: killed, taken up again, and equal to a run nobody disturbed."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from composer.data.bundled import read_bundled
from composer.data.dataset import load_examples
from composer.home.paths import Home
from composer.models.target import load_target
from composer.registry.datasets import add_examples
from composer.registry.starter import DATA
from composer.registry.targets import add_target
from composer.registry.tasks import add_task
from composer.task.task import Task, load_task
from library.database import open_database
from library.importing import import_file
from tests.conftest import NOW

pytestmark = pytest.mark.model

KEPT = ("json-label", "no-code-fence", "mocking-praise", "doubt-negative", "be-careful")
COMPOSE = [
    *(sys.executable, "-c", "from composer.cli import main; main()", "compose", "polarity"),
    *("--target", "qwen2.5-coder-0.5b", "--budget", "40", "--json", "--home"),
]


def small_polarity() -> Task:
    """The starter task on fewer examples: the model takes about a second for each."""
    content = load_task(DATA / "tasks" / "polarity.yaml").model_dump(mode="json")
    content["data"]["sample"] = {"dev": 8, "test": 8}
    return Task.model_validate(content)


def furnished(home: Home) -> Home:
    task = small_polarity()
    database = open_database(home.path)
    with database.session() as session:
        # On one core: beside other tests, several would mostly wait for each other.
        target = load_target(DATA / "targets" / "qwen2.5-coder-0.5b.yaml").model_copy(update={"threads": 1})
        add_target(session, target, by="Ada", at=NOW)
        add_task(session, task, by="Ada", at=NOW)
        add_examples(session, task, load_examples(task, read_bundled(task)), by="Ada", at=NOW)
        import_file(session, _library(home.path), by="Ada", at=NOW)
    database.close()
    return home


def _library(folder: Path) -> Path:
    blocks = (DATA / "libraries" / "polarity.yaml").read_text().split("  - key: ")
    kept = [block for block in blocks[1:] if block.split("\n")[0] in KEPT]
    file = folder / "library.yaml"
    file.write_text("snippets:\n" + "".join(f"  - key: {block}" for block in kept))
    return file


def answers(home: Home) -> dict[str, str]:
    with sqlite3.connect(home.database) as connection:
        return dict(connection.execute("select key, text from cell").fetchall())


def composed(home: Home) -> dict[str, Any]:
    done = subprocess.run([*COMPOSE, str(home.path)], capture_output=True, text=True, check=True)
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


def killed_after(home: Home, cells: int) -> None:
    with subprocess.Popen(
        [*COMPOSE, str(home.path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while len(answers(home)) < cells:
            assert process.poll() is None, "the run ended before it could be killed"
            time.sleep(0.1)
        process.kill()


@pytest.mark.usefixtures("model_05b")
def test_a_killed_run_goes_on_and_ends_as_one_that_nobody_disturbed(tmp_path: Path) -> None:
    disturbed, quiet = (furnished(Home(tmp_path / name)) for name in ("disturbed", "quiet"))

    killed_after(disturbed, 12)
    bought = answers(disturbed)
    went_on = composed(disturbed)
    assert went_on["cells"]["stored"] == len(bought)
    assert went_on["cells"]["paid"] == len(answers(disturbed)) - len(bought)
    assert bought.items() <= answers(disturbed).items()

    undisturbed = composed(quiet)
    assert answers(quiet) == answers(disturbed)
    for name in ("keys", "incumbent", "candidate", "difference", "gates", "tried", "candidate_id"):
        assert went_on[name] == undisturbed[name], name

    # The base says nothing of the format: what a snippet adds is answers that can be read at all.
    assert went_on["incumbent"]["valid_rate"] == 0
    assert went_on["candidate"]["valid_rate"] > 0.9
    assert "json-label" in went_on["keys"]
