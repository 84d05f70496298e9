"""`composer task new`: a table with three raters and a prompt become a task with its data."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from composer.home.paths import Home
from composer.registry.datasets import current_dataset
from composer.registry.tasks import get_task
from composer.task.task import load_task
from library.database import open_database

Run = Callable[..., Result]


@pytest.fixture
def new(tmp_path: Path, run: Run) -> Run:
    """Draft a task from sixty rows with three raters each."""
    rows = [f"Message {n} of the day,{n % 5 + 1},{n % 4 + 1},{n % 5 + 1},desk {n % 2}" for n in range(60)]
    (tmp_path / "rows.csv").write_text("message,rater1,rater2,rater3,desk\n" + "\n".join(rows) + "\n")
    (tmp_path / "a.txt").write_text('Rate how urgent it is, 1 to 5.\nAnswer as JSON: {"urgency": N}\n')

    def new(*more: str, name: str = "urgency") -> Result:
        data, prompt = tmp_path / "rows.csv", tmp_path / "a.txt"
        return run("task", "new", name, "--data", str(data), "--prompt", str(prompt), *more)

    return new


def test_one_command_stores_task_and_data_and_says_what_comes_next(new: Run, run: Run, home: Home) -> None:
    result = new()
    assert result.exit_code == 0, result.output
    for said in (
        "raters: rater1, rater2, rater3 (guessed)",
        "kept as they are: desk",
        "answer: urgency: 1 to 5 (as the prompt says)",
        "  Message: Message 0 of the day",
        "a line {{snippets}} was added",
        "60 examples: authoring 0, dev 18, test 42",
        "alpha",
        "composer propose urgency --target qwen2.5-coder-1.5b --base OTHER.txt",
    ):
        assert said in result.stdout
    with open_database(home.path).session() as session:
        assert get_task(session, "urgency").output.scale == (1, 5)
        examples = current_dataset(session, "urgency").examples
    assert len(examples) == 60
    assert {len(one.ratings) for one in examples} == {3}
    again = new()
    assert "are there already" in again.stdout
    assert run("audit", "verify").exit_code == 0


def test_a_dry_run_stores_nothing_and_the_file_it_writes_is_the_task(
    new: Run, run: Run, home: Home, tmp_path: Path
) -> None:
    file = tmp_path / "task.yaml"
    result = new("--dry-run", "--out", str(file), "--scale", "0-6")
    assert result.exit_code == 0, result.output
    assert "Nothing was stored." in result.stdout
    assert not home.path.exists()
    task = load_task(file)
    assert task.output.scale == (0, 6)
    assert "there is such a file already" in new("--out", str(file)).stderr
    assert not home.path.exists()
    assert run("task", "add", str(file)).exit_code == 0
    assert json.loads(run("task", "show", "urgency", "--json").stdout)["hash"] == task.hash


def test_columns_are_named_and_what_is_kept_as_it_is_is_not_guessed(new: Run, home: Home) -> None:
    result = new("--input", "text=message", "--slice", "desk", "--extra", "rater3")
    assert result.exit_code == 0, result.output
    assert "raters: rater1, rater2 (guessed)" in result.stdout
    with open_database(home.path).session() as session:
        first, *_ = current_dataset(session, "urgency").examples
    assert (set(first.inputs), first.slice[:4], set(first.ratings)) == ({"text"}, "desk", {"rater1", "rater2"})
    assert set(first.extras) == {"rater3"}


def test_a_wrong_row_or_name_leaves_the_home_as_it_was(new: Run, home: Home) -> None:
    wrong = new("--scale", "1-3")
    assert wrong.exit_code == 1
    assert "outside the scale" in wrong.stderr
    assert "line" in wrong.stderr
    assert new(name="Not A Name").exit_code == 1
    assert not home.path.exists()


def test_another_task_of_the_name_is_not_replaced(new: Run) -> None:
    assert new().exit_code == 0
    other = new("--scale", "0-6")
    assert other.exit_code == 1
    assert "there is a task urgency already" in other.stderr
