"""Asking a prompt on another target about development examples, so that both can be compared on the same."""

from __future__ import annotations

from sqlmodel import Session

from composer.curation.questions import Questions, plan_dev
from composer.matrix.beside import OWN, Beside, beside, to_ask
from composer.matrix.squares import detailed, read_matrix
from composer.registry.targets import get_target
from library.errors import Refused


def plan_asking(session: Session, task: str, prompt: str, target: str, size: int) -> Questions:
    """Return what asking a prompt on a target about `size` more development examples takes.

    They are those that most other targets have answered. Raises `Refused` for a task, prompt or target that there
    is not, and where the target has answered all of them already.
    """
    name = get_target(session, target).name
    matrix = detailed(session, read_matrix(session), task)
    return plan_next(session, beside(session, matrix, task, prompt or OWN), name, size)


def plan_next(session: Session, found: Beside, target: str, size: int) -> Questions:
    """Return the same for targets that stand side by side already."""
    known = next((one for one in found.places if one.target.name == target), None)
    if known is None:
        raise Refused(f"target {target} was not added to this home", fix="Add it first: composer target add FILE.")
    if not known.missing:
        raise Refused(f"{target} has answered every development example of {found.task.name}")
    wanted = [one.id for one in to_ask(found, target, size)]
    return plan_dev(session, found.task.name, target, known.link, wanted)
