from __future__ import annotations

import json
from pathlib import Path

import pytest

from composer.registry.tasks import add_task
from library.database import Database
from tests import small
from tests.composer.cli.conftest import Run

GOOD = "snippets:\n  - {key: price, text: A low price of the thing rates 4., tags: [small]}\n"
WARNED = GOOD + "  - {key: cheap, text: 'Rate a low price of the thing 4.', tags: [small]}\n"
WRONG = GOOD + "  - {key: ten, text: Rate from 0 to 10., tags: [small]}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mine.yaml"


def test_a_good_file_passes(filled: Database, run: Run, file: Path) -> None:
    file.write_text(GOOD)
    done = run("library", "lint", str(file))
    assert done.exit_code == 0
    assert done.stdout == "1 snippet: 0 errors, 0 warnings. Of them small uses 1.\n"


def test_warnings_are_shown_with_their_lines_and_pass(filled: Database, run: Run, file: Path) -> None:
    file.write_text(WARNED)
    done = run("library", "lint", str(file))
    assert done.exit_code == 0
    assert f"{file}, line 2: price  warning  duplicate: says nearly the same as cheap" in done.stdout
    assert "2 snippets: 0 errors, 2 warnings." in done.stdout


def test_an_error_makes_the_command_fail(filled: Database, run: Run, file: Path) -> None:
    file.write_text(WRONG)
    done = run("library", "lint", str(file), "--task", "small")
    assert done.exit_code == 1
    assert f"{file}, line 3: ten  error  scale: gives the scale 0 to 10" in done.stdout


def test_json_has_every_finding(filled: Database, run: Run, file: Path) -> None:
    file.write_text(WRONG)
    done = run("library", "lint", str(file), "--json")
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert (found["snippets"], found["errors"], found["warnings"], found["used"]) == (2, 1, 0, {"small": 2})
    (one,) = found["findings"]
    assert (one["key"], one["line"], one["kind"], one["severity"], one["similar"]) == (
        "ten",
        3,
        "scale",
        "error",
        None,
    )


def test_a_file_that_no_task_uses_says_so(filled: Database, run: Run, file: Path) -> None:
    with filled.session() as session:
        add_task(session, small.task(snippets={"tags": ["small"]}), by="Ada", at=small.NOW)
    file.write_text(GOOD.replace("[small]", "[elsewhere]"))
    assert "No task uses any of them: see their tags." in run("library", "lint", str(file)).stdout


def test_nothing_is_stored(filled: Database, run: Run, file: Path) -> None:
    file.write_text(GOOD)
    run("library", "lint", str(file))
    assert "price" not in run("library", "list").stdout


def test_a_file_or_task_that_is_not_there_is_refused(filled: Database, run: Run, file: Path) -> None:
    assert "there is no such file" in run("library", "lint", str(file)).stderr
    file.write_text(GOOD)
    assert "no task is called" in run("library", "lint", str(file), "--task", "unknown").stderr
