"""`composer bench labels`: a real import in a process of its own, and the page of its task on a real server."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
import yaml
from typer.testing import CliRunner

from composer.bench import labels
from composer.cli.bench import app
from composer.task.task import Task
from library.errors import Refused

FIGURES = {"import_s": 6.5, "peak_mb": 400, "task_page_ms": 180}


def test_the_import_and_the_page_of_its_task_are_measured() -> None:
    told: list[None] = []
    figures = labels.measure_labels(["product"], repetitions=1, on_done=lambda: told.append(None))
    assert set(figures) == set(labels.LIMITS.most)
    assert all(value > 0 for value in figures.values())
    assert figures["peak_mb"] < labels.LIMITS.most["peak_mb"]
    assert len(told) == 2


def test_all_examples_of_all_kinds_are_imported() -> None:
    task = Task.model_validate(yaml.safe_load(labels._task([])))
    assert (task.data.slices, task.data.sample.dev, task.data.sample.test) == ((), None, None)


def test_an_import_that_fails_says_why() -> None:
    with pytest.raises(Refused, match="status 1: no such kind"):
        labels.run_watched("-c", "import sys; sys.exit('no such kind')")


@pytest.mark.parametrize(
    ("changes", "status"), [({}, 0), ({"import_s": 20.0}, 1), ({"peak_mb": 701}, 1), ({"task_page_ms": 500}, 1)]
)
def test_a_broken_limit_is_told(
    monkeypatch: pytest.MonkeyPatch, changes: Mapping[str, float], status: int
) -> None:
    monkeypatch.setattr(labels, "measure_labels", lambda *_given, **_named: {**FIGURES, **changes})
    told = CliRunner().invoke(app, ["labels", "--json", "--check"])
    assert told.exit_code == status
    assert json.loads(told.stdout) == {**FIGURES, **changes}
    shown = CliRunner().invoke(app, ["labels"])
    assert shown.exit_code == 0
    assert ("over" in shown.stdout) == bool(status)


def test_no_repetition_is_refused() -> None:
    with pytest.raises(Refused, match="show nothing"):
        labels.measure_labels(repetitions=0)
