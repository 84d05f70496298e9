"""The matrix as JSON: what a script reads of it."""

from __future__ import annotations

import json

from composer.analysis.data_summary import summarised
from composer.matrix.apart import lines
from composer.matrix.beside import beside
from composer.matrix.report import matrix_value, task_value
from composer.matrix.squares import Matrix
from library.database import Database
from tests import small


def test_every_square_has_its_figures_and_targets_their_sizes(matrix: Matrix) -> None:
    summary = summarised(small.examples(), small.task().output)
    value = matrix_value(matrix, {"small": summary.whole})
    (task,) = (one for one in value["tasks"] if one["task"] == "small")
    assert task["best_constant"]["answer"] == "3"
    squares = {one["target"]: one for one in task["squares"]}
    assert squares["tiny"]["prompt"] == "release:1"
    assert squares["tiny"]["nmse"][0] == matrix.squares["small", "tiny"].figure.value
    assert (squares["cloud"]["split"], squares["cloud"]["candidate"]) == ("dev", None)
    assert {one["target"]: one.get("parameters") for one in value["targets"]} == {
        "tiny": 0.5e9,
        "larger": 1.5e9,
        "cloud": None,
    }
    json.dumps(value, allow_nan=False)


def test_a_task_has_its_front_its_targets_side_by_side_and_its_disagreements(
    several: Database, matrix: Matrix
) -> None:
    with several.session() as session:
        found = beside(session, matrix, "small", "base")
    value = task_value(matrix, found, lines(found), ())
    assert set(value["front"]) == {"cost", "seconds"}
    assert [one["target"] for one in value["side_by_side"]["targets"]] == ["cloud", "tiny", "larger"]
    assert value["side_by_side"]["shared"] == 16
    assert value["disagree"][0]["answers"].keys() == {"tiny", "cloud"}
    json.dumps(value, allow_nan=False)
