"""What `composer bench speed` times as a process: a comparison of many examples, each rated differently.

Run by its path, with the number of examples, in the Python of the installation that is measured. So that an
installation of before composer/evaluation can be measured too, names are looked up where they are, or were.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

TASK = {
    "name": "speed",
    "title": "How related a document is",
    "inputs": ["document"],
    "output": {"field": "rating", "kind": "ordinal", "low": 1, "high": 5},
    "base": 'Rate the document.\n{{snippets}}\nAnswer with JSON only, as {"rating": N}.',
    "message": "{{document}}",
    "data": {"source": "import"},
}
DEVIATIONS = (1.2, 0.8)
"""Standard deviations of the incumbent's and the candidate's ratings from the gold ones, from 1 to 5."""


def run(count: int) -> Any:
    """Return the comparison of two prompts on so many examples, no two of which have the same gold rating."""
    rooms = find_spec("composer.evaluation") is not None
    comparison = import_module("composer.evaluation.comparison" if rooms else "composer.comparison")
    answer = import_module("composer.models.answer" if rooms else "composer.asking").Answer
    example = import_module("composer.data.examples").Example
    task = import_module("composer.task").Task.model_validate(TASK)
    rng = np.random.default_rng(1)
    gold = rng.uniform(1, 5, count)
    examples = [
        example(
            id=f"e{number}", inputs={"document": "d"}, gold=float(rating), split="test", clusters=(f"e{number}",)
        )
        for number, rating in enumerate(gold)
    ]
    sides = []
    for deviation in DEVIATIONS:
        ratings = np.clip(np.rint(gold + rng.normal(0, deviation, count)), 1, 5).astype(int)
        answers = [answer(f'{{"rating": {rating}}}', 10, 3, 0.1, "stop") for rating in ratings]
        sides.append(comparison.Side(answers))
    return comparison.compare(task, examples, *sides, np.random.default_rng(7))


if __name__ == "__main__":
    run(int(sys.argv[1]))
