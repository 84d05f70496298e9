"""What it takes to ask about authoring examples, before anybody presses: answers, time and money."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from composer.answers.cost import Cost as Cost
from composer.answers.cost import cost_of_questions
from composer.answers.evaluator import questions_of
from composer.curation.in_use import InUse
from composer.data.examples import Example
from composer.prompts.askable import Askable


def cost_of(session: Session, now: InUse, asked: Sequence[tuple[Askable, Sequence[Example]]]) -> Cost:
    """Return what it takes to ask these prompts about these examples: what is stored costs nothing."""
    questions = (
        one for prompt, examples in asked for one in questions_of(now.task, now.target.hash, prompt, examples)
    )
    return cost_of_questions(session, now.target, questions)
