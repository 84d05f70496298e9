"""A made-up task, its examples, its snippets, and a scripted model that answers them: what measured homes hold."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from composer.answers.store import MemoryCells, Question
from composer.data.examples import Dataset, Example
from composer.home.paths import Home
from composer.models.answer import Answer
from composer.prompts.messages import Messages, render
from composer.task.task import Task
from library.roles import LOCAL

BY = f"Ada{LOCAL}"
"""Who does everything in a made-up home."""
WORDS = 40
"""Words in each of an example's two documents."""
DEV = 600
"""Development examples at most: as many as the page shows the steps of a search on."""
WORD = "harvest"
"""A word to search for: about one example in four holds it."""
_PLACES = ("river", "market", "harbour", "village", "railway", "hospital", "museum", "bridge", "forest", "island")
_PEOPLE = ("council", "minister", "farmer", "teacher", "pilot", "doctor", "treaty", "budget", "strike", "storm")
_ENDS = ["", "s", " today", " again", " north", " early", " report", " talks", " at night", " in spring"]
_SLICES = ("abroad", "business", "culture", "politics", "sport", "weather")
SNIPPETS = {
    "whole-scale": "Use the whole scale: 2, 3 and 4 are right as often as 1 and 5.",
    "same-event": "Give 5 only when both texts report the same event.",
    "loose-link": "A broad theme in common is worth a 2.",
    "places-count": "People or places in common are worth a 4.",
    "json-alone": "Write the JSON object and nothing before or after it.",
    "lean-high": "When in doubt between two ratings, take the higher one.",
    "read-twice": "Read both texts to the end before you rate.",
    "style-aside": "Only the content counts, not the style.",
}
_HELP = {"whole-scale": 0.3, "same-event": 0.25, "loose-link": 0.2, "places-count": 0.15, "lean-high": -0.2}
"""How much of the scripted model's leaning a snippet takes away."""


def made_up_task(name: str) -> Task:
    """Return a task of rating pairs of documents, that wants a reason for every regression."""
    content: dict[str, Any] = {
        "name": name,
        "title": "How closely two documents are related",
        "inputs": ["document_a", "document_b"],
        "output": {"field": "rating", "kind": "ordinal", "low": 1, "high": 5},
        "base": (
            "You compare two documents and rate how closely related their content is.\n"
            'Use a whole number from 1 to 5.\n{{snippets}}\nAnswer with JSON only, as {"rating": N}.'
        ),
        "message": "Text A: {{document_a}}\n\nText B: {{document_b}}",
        "snippets": {"max": 4},
        "data": {"source": "import"},
        "policy": {
            "approvals": 1,
            "exclude": [],
            "every_regression": True,
            "gates": {"not_worse": ["spearman"], "max_worse_share": 0.35},
        },
    }
    return Task.model_validate(content)


def write_library(home: Home) -> Path:
    """Write the made-up snippets, all vetted, into a file of a home, and return it."""
    file = home.path / "library.yaml"
    lines = [f"  - {{key: {key}, text: '{text}', state: vetted}}" for key, text in SNIPPETS.items()]
    file.write_text("\n".join(["snippets:", *lines]), encoding="utf-8")
    return file


def synthetic_dataset(test: int, rng: np.random.Generator) -> Dataset:
    """Return so many labelled test examples, and development examples to search on, a quarter as many at least."""
    dev = min(DEV, max(test // 4, 64))
    words = [f"{root}{end}" for root in (*_PLACES, *_PEOPLE, WORD) for end in _ENDS]
    found = []
    for split, size in (("dev", dev), ("test", test)):
        for number in range(size):
            a, b = (" ".join(rng.choice(words, WORDS)).split()[:WORDS] for _ in range(2))
            gold = float(np.clip(rng.normal(2.6, 1.1), 1, 5).round(1))
            found.append(
                Example(
                    id=f"{split}-{number:05}",
                    inputs={"document_a": " ".join(a), "document_b": " ".join(b)},
                    gold=gold,
                    split=split,  # type: ignore[arg-type]
                    clusters=(f"{split}-a{number // 3}", f"{split}-b{number}"),
                    explanation="Both name the same place." if gold > 4 else "",
                    slice=_SLICES[number % len(_SLICES)],
                    must_not_regress=number % 500 == 7,
                )
            )
    return Dataset(tuple(found))


def rater(task: Task, data: Dataset) -> Callable[[Messages], Answer]:
    """Return a scripted model: it rates too high and unsteadily, less so with snippets that help, and may ramble.

    What it answers follows from the messages alone. A little is the prompt's own: that is where regressions are.
    """
    golds = {render("", task.message, one.inputs)[1]["content"]: float(one.gold) for one in data.examples}
    loose = SNIPPETS["json-alone"]

    def answer(messages: Messages) -> Answer:
        system, user = (message["content"] for message in messages)
        lines = system.split("\n")
        helped = sum(worth for key, worth in _HELP.items() if SNIPPETS[key] in lines)
        tokens = (len(system) + len(user)) // 4
        if _dice("ramble", user) < (0.004 if loose in lines else 0.02):
            return Answer(
                "<i>Rating</i>: I would say **4**,\nsince both name the council.", tokens, 16, 0.2, "stop"
            )
        noise = (_dice(user) - 0.5) * 1.6 + (_dice(system, user) - 0.5) * 1.6
        # What helps most examples does harm to a few, which were rated well without it.
        leaning = 2.2 * (1 - helped) if _dice("odd", user) > 0.25 else -2.2 * helped
        rating = min(max(round(golds[user] + leaning + noise), 1), 5)
        return Answer(f'{{"rating": {rating}}}', tokens, 6, 0.2, "stop")

    return answer


def _dice(*parts: str) -> float:
    return int(hashlib.sha256("|".join(parts).encode()).hexdigest()[:8], 16) / 2**32


class Written(MemoryCells):
    """Cells in memory that remember what was asked, to be stored all at once."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[str, tuple[Question, Answer]] = {}

    def keep(self, question: Question, answer: Answer) -> Answer:
        """Keep an answer, and that it was asked for."""
        self.asked[question.key] = (question, answer)
        return super().keep(question, answer)
