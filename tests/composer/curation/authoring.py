"""The small task with examples set aside to write snippets by, and a model that misreads some of them."""

from __future__ import annotations

from typing import Any

from composer.data.examples import Dataset, Example
from composer.models.target import Target
from composer.prompts.messages import render
from composer.registry.datasets import add_examples
from composer.registry.targets import add_target
from composer.registry.tasks import get_task
from library.database import Database
from tests import small
from tests.scripted import ScriptedEngine

DRAFT = "A document that sells something rates 1."
HIGH, LOW, BROKEN = range(0, 12, 3), range(1, 12, 3), (2,)
"""The authoring examples, by number, that the model rates too high, too low, and can't answer."""


def aside(number: int = 12) -> tuple[Example, ...]:
    """Authoring examples: those rated too high sell something; golds are 2, 3 or 4."""
    return tuple(
        small.example(
            place,
            "authoring",
            gold=float(2 + place % 3),
            slice="shop" if place % 2 else "news",
            inputs={
                "query": f"about {place}",
                "document": f"{'Buy now: a sale' if place % 3 == 0 else 'News'} {place}",
            },
            ratings={"ann": 2.0 + place % 3, "bob": 2.0 + place % 3},
        )
        for place in range(number)
    )


def engine(data: tuple[Example, ...] | None = None) -> ScriptedEngine:
    """Rates two too high what sells something, unless the draft is in the prompt, and one too low every other."""
    golds = {render("", small.TASK["message"], one.inputs)[1]["content"]: one for one in data or aside()}

    def answer(system: str, user: str) -> str:
        example = golds[user]
        number = int(example.id.rpartition("-")[2])
        if number in BROKEN:
            return "I would say **3**."
        gold = round(float(example.gold))
        if DRAFT in system.split("\n"):
            return f'{{"rating": {gold if number % 3 == 0 else max(gold - 1, 1)}}}'
        return f'{{"rating": {min(gold + 2, 5) if number % 3 == 0 else gold - (number % 3 == 1)}}}'

    return ScriptedEngine(answer)


def set_aside(database: Database, data: tuple[Example, ...] | None = None, **target: Any) -> None:
    """Add authoring examples to the small task's data, and set what its target costs."""
    with database.session() as session:
        dataset = Dataset((*small.examples(), *(data or aside())))
        add_examples(session, get_task(session, "small"), dataset, by="Ada", at=small.NOW)
        if target:
            values = {"name": "tiny", "kind": "embedded", "model": "qwen2.5-coder-0.5b", **target}
            add_target(session, Target(**values), by="Ada", at=small.NOW)
