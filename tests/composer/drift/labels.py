"""A home whose one release is scored again: labels that arrive, and a model that gets them right or wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from composer.data.examples import Dataset, Example
from composer.drift.records import DriftScore, Kind
from composer.drift.scoring import do_score, enter_score
from composer.home.paths import Home
from composer.prompts.messages import render
from composer.registry.datasets import add_examples
from composer.registry.tasks import add_task, get_task
from library.database import Database
from tests import small
from tests.scripted import ScriptedEngine, connecting

WATCHED: dict[str, Any] = {"drift": {"worst": 30, "run": True, "budget": 40, "check": "on new labels"}}


def new(number: int = 24) -> tuple[Example, ...]:
    """Examples that come later, of both splits."""
    return tuple(small.example(place, split) for split in ("dev", "test") for place in range(16, 16 + number))


def everything(number: int = 24) -> tuple[Example, ...]:
    return (*small.examples(), *new(number))


def arrive(database: Database, number: int = 24) -> None:
    """Import more labelled rows beside those of before."""
    with database.session() as session:
        add_examples(session, get_task(session, "small"), Dataset(everything(number)), by="Ada", at=small.NOW)


def policy(database: Database, **changes: Any) -> None:
    """Give the small task a policy for its prompts in use."""
    with database.session() as session:
        add_task(session, small.task(policy={"drift": changes or WATCHED["drift"]}), by="Ada", at=small.NOW)


def engine(*, wrong: Sequence[Example] = (), number: int = 64) -> ScriptedEngine:
    """The small task's model, always right but about these examples, of which it is as wrong as can be."""
    golds = {_message(one): float(one.gold) for one in everything(number)}
    off = {_message(one) for one in wrong}

    def answer(_system: str, user: str) -> str:
        gold = golds[user]
        return f'{{"rating": {(5 if gold < 3 else 1) if user in off else round(gold)}}}'

    return ScriptedEngine(answer)


def enter(database: Database, kind: Kind = "new labels", *, by: str = "Ada", at: Any = small.NOW) -> int:
    with database.session() as session:
        return enter_score(session, "small", "tiny", kind, by=by, at=at)


def scored(
    database: Database, home: Home, model: ScriptedEngine, kind: Kind = "new labels", **given: Any
) -> DriftScore:
    return do_score(database, home, enter(database, kind, **given), connect=connecting(model))


def _message(example: Example) -> str:
    return render("", small.TASK["message"], example.inputs)[1]["content"]
