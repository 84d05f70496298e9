"""What is asked about authoring examples: the prompt in use about all of them, or a draft about a sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from composer.curation.cost import Cost, cost_of
from composer.curation.disagreements import Disagreements
from composer.curation.in_use import InUse, authoring_examples, in_use
from composer.curation.trying import SAMPLE, sampled
from composer.data.examples import Example
from composer.prompts.askable import Askable
from composer.prompts.trial import Trial
from library.errors import Refused


@dataclass(frozen=True)
class Questions:
    """What a job asks: these prompts about these examples; `trial` is the last of them for a draft on trial."""

    now: InUse
    examples: tuple[Example, ...]
    trial: Trial | None = None

    @property
    def asked(self) -> list[tuple[Askable, Sequence[Example]]]:
        """Each prompt with its examples."""
        prompts: list[Askable] = [self.now.prompt, *([] if self.trial is None else [self.trial])]
        return [(one, self.examples) for one in prompts]


def plan_answers(session: Session, task: str, target: str) -> Questions:
    """Return what asking the prompt in use about every authoring example takes; raises as `in_use` does."""
    now = in_use(session, task, target)
    return Questions(now, authoring_examples(session, now))


def plan_try(
    found: Disagreements, text: str, *, key: str = "", apart: Sequence[str] = (), size: int = SAMPLE
) -> Questions:
    """Return what trying a draft takes, on a sample and on the authoring examples that it was written from.

    Raises `Refused` for a text that can't be a snippet's, and for an example that is not an authoring one.
    """
    trial = Trial(found.now.prompt, text, key)
    known = {one.id: one for one in (*(each.example for each in found.judged), *found.missing)}
    if strangers := [one for one in apart if one not in known]:
        raise Refused(
            f"{strangers[0]} is no authoring example of task {found.now.task.name}",
            fix="A draft is written from authoring examples alone: dev and test have to stay unread.",
        )
    wanted = (*sampled(found, apart, size=size), *dict.fromkeys(apart))
    return Questions(found.now, tuple(known[one] for one in wanted), trial)


def price(session: Session, questions: Questions) -> Cost:
    """Return what a job takes: answers that are stored cost nothing."""
    return cost_of(session, questions.now, questions.asked)
