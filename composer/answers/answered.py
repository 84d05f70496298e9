"""What a prompt has answered on a target, by example, out of the stored answers: nothing is asked."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from composer.answers.evaluator import questions_of
from composer.answers.store import answered_examples, stored_answers
from composer.data.examples import Example
from composer.models.answer import Answer
from composer.prompts.askable import Askable
from composer.task.task import Task


def answered(
    session: Session, task: Task, target_hash: str, prompt: Askable, examples: Sequence[Example]
) -> dict[str, Answer]:
    """Return a prompt's stored first answers to these examples as they are now, by id, in their order."""
    # Keys take a while to work out: only where anything was asked with this prompt.
    known = answered_examples(session, target_hash, prompt.fingerprint)
    some = [example for example in examples if example.id in known]
    keys = [question.key for question in questions_of(task, target_hash, prompt, some)]
    stored = stored_answers(session, keys)
    return {example.id: stored[key] for example, key in zip(some, keys, strict=True) if key in stored}
