"""What is asked outside of runs: the prompt in use, or a draft, about authoring examples; any prompt about dev."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from composer.analysis.columns import named_composition
from composer.analysis.naming import column_names
from composer.curation.cost import Cost, cost_of
from composer.curation.disagreements import Disagreements
from composer.curation.in_use import InUse, authoring_examples, in_use
from composer.curation.trying import SAMPLE, sampled
from composer.data.examples import Example
from composer.prompts.askable import Askable
from composer.prompts.trial import Trial
from composer.registry.datasets import dataset_of, examples_of
from composer.registry.targets import get_target
from composer.registry.tasks import get_task
from library.errors import Refused


@dataclass(frozen=True)
class Questions:
    """What a job asks: these prompts about these examples; `trial` is the last of them for a draft on trial.

    `prompt` is what links call the one prompt that is asked about development examples, empty for other jobs.
    """

    now: InUse
    examples: tuple[Example, ...]
    trial: Trial | None = None
    prompt: str = ""

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


def plan_dev(session: Session, task: str, target: str, prompt: str, examples: Sequence[str]) -> Questions:
    """Return what asking a prompt of a task, named like `candidate:7`, about some development examples takes.

    On any target, also one that it was not made for: so it stands beside others. Raises `Refused` for an example
    that is no development example, and for what there is not.
    """
    known, on = get_task(session, task), get_target(session, target)
    (name,) = column_names([prompt])
    dataset = dataset_of(session, known.name)
    dev = {one.id: one for one in examples_of(session, dataset, "dev")}
    if strangers := [one for one in examples if one not in dev]:
        raise Refused(
            f"{strangers[0]} is no development example of task {known.name}",
            fix="Authoring examples are asked about on the Disagreements page, and sealed ones by runs alone.",
        )
    now = InUse(known, on, dataset, named_composition(session, known, name), None)
    return Questions(now, tuple(dev[one] for one in dict.fromkeys(examples)), prompt=str(name))


def price(session: Session, questions: Questions) -> Cost:
    """Return what a job takes: answers that are stored cost nothing."""
    return cost_of(session, questions.now, questions.asked)
