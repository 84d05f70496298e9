"""The furnished home, in which the prompts in use were asked about the authoring examples."""

from __future__ import annotations

from datetime import UTC, datetime

from composer.curation.disagreements import find_disagreements
from composer.curation.in_use import authoring_examples, in_use
from composer.curation.jobs import do_job, enter_job
from composer.curation.questions import plan_answers, plan_try
from composer.home.paths import Home
from composer.prompts.messages import render
from composer.task.task import Output
from library.database import open_database
from tests.scripted import ScriptedEngine, connecting

TARGETS = {"polarity": "qwen2.5-coder-0.5b", "relatedness": "qwen2.5-coder-1.5b"}
LINE = "Faint praise is negative."
"""A draft with which the model is right about every example but the first."""


def engine(home: Home, task: str, *, wrong: bool = True) -> ScriptedEngine:
    """Answers the first example malformed, every third wrong, and with the draft all but the first right.

    Not `wrong`, it is right about all.
    """
    database = open_database(home.path)
    with database.session() as session:
        now = in_use(session, task, TARGETS[task])
        examples = authoring_examples(session, now)
    database.close()
    place = {render("", now.task.message, one.inputs)[1]["content"]: at for at, one in enumerate(examples)}

    def answer(system: str, user: str) -> str:
        at = place[user]
        if at == 0 and wrong:
            return "<b>negative</b>, *surely*"
        right = not wrong or at % 3 != 1 or LINE in system.split("\n")
        return _said(now.task.output, examples[at].gold, right)

    return ScriptedEngine(answer)


def _said(output: Output, gold: float | str, right: bool) -> str:
    if isinstance(gold, str):
        other = next(label for label in output.labels if label != gold)
        return f'{{"{output.field}": "{gold if right else other}"}}'
    low, high = output.scale
    return f'{{"{output.field}": {round(gold) if right else (high if gold < 3 else low)}}}'


def ask(home: Home, *tasks: str, wrong: bool = True) -> None:
    """Have the prompts in use of these tasks answer every authoring example."""
    for task in tasks:
        database = open_database(home.path)
        with database.session() as session:
            planned = plan_answers(session, task, TARGETS[task])
            number = enter_job(session, planned, by="Ada (local)", at=datetime.now(UTC))
        do_job(database, home, number, connect=connecting(engine(home, task, wrong=wrong)))
        database.close()


def attempt(home: Home, task: str, text: str = LINE, apart: tuple[str, ...] = ()) -> None:
    """Have a draft tried."""
    database = open_database(home.path)
    with database.session() as session:
        planned = plan_try(find_disagreements(session, task, TARGETS[task]), text, apart=apart)
        number = enter_job(session, planned, by="Ada (local)", at=datetime.now(UTC), apart=apart)
    do_job(database, home, number, connect=connecting(engine(home, task)))
    database.close()
