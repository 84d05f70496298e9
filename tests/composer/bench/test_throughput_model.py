"""The questions of a search, which each side is asked in the same order, and who answers them."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from composer.bench import throughput_model as model
from composer.prompts.vocabulary import Vocabulary
from composer.task.task import Task
from tests import small

ECHO = """
import json, sys
print(0.0, flush=True)
for line in sys.stdin:
    print(len(json.loads(line)), flush=True)
"""


@pytest.mark.parametrize(("task", "gold"), [(small.task(), 3.0), (small.label_task(), "good")])
def test_the_questions_are_what_a_search_of_a_task_asks_within_its_budget(task: Task, gold: float | str) -> None:
    dev = [replace(one, gold=gold) for one in small.examples(12, 0)]
    first, again = (
        model.questions_of_search(Vocabulary(task, small.snippets()), dev, budget=24) for _ in range(2)
    )
    assert first == again
    assert 12 < len(first) <= 24
    assert len({asked[0]["content"] for asked in first}) > 1


def test_sides_are_asked_everything_by_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "echo.py").write_text(ECHO)
    monkeypatch.setattr(model, "REPLAY", tmp_path / "echo.py")
    questions = [[{"role": "user", "content": str(number)}] for number in range(model.CHUNK * 2 + 1)]
    sides = [model.Side("raw"), model.Side("engine", Path(sys.executable))]
    # Each says how many questions it was asked in place of how long they took.
    assert model.seconds_of(sides, tmp_path, questions, threads=1) == [len(questions)] * 2
    assert json.dumps(questions)


def test_a_side_that_ends_is_no_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ends.py").write_text("")
    monkeypatch.setattr(model, "REPLAY", tmp_path / "ends.py")
    with pytest.raises(RuntimeError, match="ended with status 0"):
        model.seconds_of([model.Side("raw")], tmp_path, [[]], threads=1)
