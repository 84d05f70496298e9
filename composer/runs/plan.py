"""What a run depends on, read and checked before it costs anything."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from composer.models.target import Target
from composer.optimizer.strategies import strategy_of
from composer.prompts.composition import Composition
from composer.prompts.curator_rules import rules_of
from composer.prompts.vocabulary import Vocabulary
from composer.registry.datasets import dataset_of
from composer.registry.releases import incumbent_of
from composer.registry.targets import get_target
from composer.registry.tasks import get_task
from composer.review.verdicts import no_gos
from composer.task.task import Task
from library.canonical import digest
from library.errors import Refused
from library.snippets import vetted


@dataclass(frozen=True)
class Plan:
    """All that a run depends on, besides the answers themselves."""

    task: Task
    dataset: str
    target: Target
    vocabulary: Vocabulary
    incumbent: Composition
    strategy: str
    seed: int
    budget: int

    @property
    def identity(self) -> str:
        """The same identity is the same run, and ends the same; sha256 in hex."""
        # How many answers are given side by side decides what is asked in one round.
        rounds = {"parallel": self.target.parallel} if self.target.parallel > 1 else {}
        return digest(
            {
                **rounds,
                "task": self.task.hash,
                "dataset": self.dataset,
                "target": self.target.hash,
                "library": self.vocabulary.hash,
                "incumbent": self.incumbent.fingerprint,
                "strategy": self.strategy,
                "seed": self.seed,
                "budget": self.budget,
            }
        )


def plan_run(session: Session, task_name: str, target_name: str, *, strategy: str, seed: int, budget: int) -> Plan:
    """Gather what a run needs; raises `Refused` where something is missing or makes no sense."""
    strategy_of(strategy)
    if budget < 1:
        raise Refused(f"a budget of {budget} answers buys nothing", fix="Give at least 1.")
    if not 0 <= seed < 2**32:
        raise Refused(f"seed {seed} is out of range", fix="Give a whole number from 0 to 4294967295.")
    task, target = get_task(session, task_name), get_target(session, target_name)
    incumbent = incumbent_of(session, task, target.name)
    dataset = dataset_of(session, task.name)
    barred = no_gos(session, task, dataset, target)
    vocabulary = Vocabulary(task, vetted(session, task.snippets.tags), kept=incumbent.versions, barred=barred)
    if not vocabulary.versions:
        tags = ", ".join(task.snippets.tags) or "any tag"
        raise Refused(
            f"the library has no vetted snippet for task {task.name} ({tags})",
            fix="`composer library import FILE` adds snippets; those with `state: vetted` can be used.",
        )
    # Refuses what no run could keep to, before it costs anything.
    rules_of(vocabulary, vocabulary.names(incumbent))
    return Plan(task, dataset, target, vocabulary, incumbent, strategy, seed, budget)
