"""What a prompt has answered on a target, by example, out of the stored answers: nothing is asked."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from composer.answers.evaluator import questions_of
from composer.answers.store import answered_by, stored_answers
from composer.data.examples import Example
from composer.models.answer import Answer
from composer.prompts.askable import Askable
from composer.task.task import Task


def answered(
    session: Session, task: Task, target_hash: str, prompt: Askable, examples: Sequence[Example]
) -> dict[str, Answer]:
    """Return a prompt's stored first answers to these examples as they are now, by id, in their order."""
    return answered_of_several(session, task, [(target_hash, prompt)], examples)[0]


def answered_of_several(
    session: Session, task: Task, asked: Sequence[tuple[str, Askable]], examples: Sequence[Example]
) -> list[dict[str, Answer]]:
    """Return the same of several prompts, each on the target of this hash, in their order."""
    targets: dict[str, set[str]] = {}
    for target, prompt in asked:
        targets.setdefault(prompt.fingerprint, set()).add(target)
    # Keys take a while to work out: only of what was asked with these prompts.
    known = {name: answered_by(session, name, each) for name, each in targets.items()}
    keys: list[dict[str, str]] = []
    for target, prompt in asked:
        ids = known[prompt.fingerprint].get(target, frozenset())
        some = [example for example in examples if example.id in ids]
        questions = questions_of(task, target, prompt, some)
        keys.append({question.example_id: question.key for question in questions})
    stored = stored_answers(session, [key for each in keys for key in each.values()])
    return [{name: stored[key] for name, key in each.items() if key in stored} for each in keys]
