"""What scoring a release again asks, and why that: the design of drift.

A prompt in use can come to do worse for two reasons, and each scoring looks at one of them.

- *Changed data*: labelled examples that are new since the release was measured. They are those of the **dev**
  split, not the sealed ones. The search behind the release never saw them, so their figure is as honest as one
  on sealed examples. Sealed ones would not do: a release is marked when it does badly on some examples, and the
  candidate of the run that follows, compared with it on those very examples, would look better than it is. And
  dev answers of the prompt in use are what that run asks for anyway, so they are paid for once. An example that
  got another label is not new: those were looked at again because somebody doubted them, and are no sample of
  anything. A scoring takes the new examples that none before it had, so that points over time share no example,
  and holds them against the release's evidence: other examples, so the interval is that of two independent
  figures.
- *A changed model*: **anchors**, a fixed share of the sealed examples, chosen once by a hash and kept apart for
  good. No search reads them, as no search reads a sealed example, and from then on no candidate is measured on
  them, so nothing that is decided depends on them but this. The prompt in use is asked about them again, in a
  replicate of their own, since stored answers would hide that a served model was exchanged. Held against its
  first answers to the same examples, under the same labels, the data are the same and only the model can differ.
  An anchor that has no first answer, in releases after the choice, gets one in the first scoring, which then is
  what later ones are held against. An anchor that an import moves out of the test split, or that is left out, is
  asked no more.

What is asked is what was released: composition, template and parsing of the task as it was then, retired
snippets included, on the target of now. Answers that come to nothing end no scoring: they count in full.

A release is below its threshold where the whole 95% interval of a scoring is (`marks`), never for its point
alone. So of releases that lie exactly on the threshold, each scoring marks one in forty by chance, and of better
ones fewer; nothing corrects that for the number of scorings, since a mark costs a look, or a run that has to
pass all gates. Evidence flatters a little, as a release was chosen by it: `drop` should allow for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from composer.answers.cost import Cost, cost_of_questions
from composer.answers.evaluator import questions_of
from composer.answers.store import Question, stored_answers
from composer.candidates.records import CandidateSummary, get_candidate_summary
from composer.data.examples import Example
from composer.drift.anchors import to_choose
from composer.drift.records import DriftScore, Kind
from composer.models.target import Target
from composer.prompts.composition import Composition
from composer.registry.anchors import anchors_of
from composer.registry.datasets import dataset_of, examples_of, inputs_of
from composer.registry.releases import Release, current_release, get_release, measured_composition
from composer.registry.targets import get_target
from composer.registry.tasks import get_task, get_task_version
from composer.tables import DriftScoreRow
from composer.task.task import Task
from library.errors import Refused

REPLICATES = 1000
"""The replicate in which scoring N asks about anchors is this and N: 0 has first answers, 1 tells how steady."""


@dataclass(frozen=True)
class DriftPlan:
    """What a scoring asks: the examples, in the order of the dataset, and of anchors which have a first answer.

    `task` is that of the release, `first` maps the ids of anchors to the keys of their first answers.
    """

    release: Release
    kind: Kind
    task: Task
    target: Target
    composition: Composition
    dataset: str
    examples: tuple[Example, ...]
    first: Mapping[str, str]

    def replicate(self, example: Example, score_id: int) -> int:
        """Return the replicate in which a scoring asks about an example: one of its own where one is known."""
        return REPLICATES + score_id if example.id in self.first else 0

    def questions(self, score_id: int = 0) -> list[Question]:
        """Return what a scoring asks, in the order of the examples; 0 is one that is not entered yet."""
        return [
            question
            for one in self.examples
            for question in questions_of(
                self.task, self.target.hash, self.composition, [one], replicate=self.replicate(one, score_id)
            )
        ]


def plan_score(session: Session, task: str, target: str, kind: Kind) -> DriftPlan:
    """Gather what scoring the release of a task and target takes, as it would be entered now.

    Raises `Refused` where nothing is released, nothing is new, or its labels are on another scale since.
    """
    release = current_release(session, task, target)
    if release is None:
        raise Refused(
            f"nothing is released for {task} on {target}", fix="The Prompts page lists what is released."
        )
    if kind == "new labels":
        examples = new_examples(session, release)
        if not examples:
            raise Refused(
                f"no labelled example of the dev split is new since release {release.id} was last scored",
                fix="Import more labelled rows, or make labels of the queue data.",
            )
    else:
        examples = anchor_examples(session, task)
    return _plan(session, release, kind, examples)


def plan_again(session: Session, score: DriftScore) -> DriftPlan:
    """Gather what a scoring that was entered asks now: those of its examples that are still in their split."""
    release = get_release(session, score.release_id)
    wanted = set(score.examples)
    split = "dev" if score.kind == "new labels" else "test"
    now = examples_of(session, dataset_of(session, score.task), split)
    plan = _plan(session, release, score.kind, tuple(one for one in now if one.id in wanted))
    # Asked since it was entered, an answer is the one it is to hold against the first, or a first one itself.
    first = {one: key for one, key in plan.first.items() if one in set(score.answered)}
    return replace(plan, first=first)


def cost_of_plan(session: Session, plan: DriftPlan, score_id: int = 0) -> Cost:
    """Return what a scoring takes: answers that are stored cost nothing."""
    return cost_of_questions(session, plan.target, plan.questions(score_id))


def new_examples(session: Session, release: Release) -> tuple[Example, ...]:
    """Return the dev examples that were not among the data of a release's evidence, nor in a scoring of it."""
    dataset, known = dataset_of(session, release.task), _head(session, release).outcome.dataset
    if dataset == known:
        return ()
    before = inputs_of(session, known)
    texts = set(before.values())
    scored = set(before) | _scored(session, release)
    return tuple(
        one
        for one in examples_of(session, dataset, "dev")
        if one.id not in scored and tuple(one.inputs.values()) not in texts
    )


def anchor_examples(session: Session, task: str) -> tuple[Example, ...]:
    """Return a task's anchors that are still sealed examples; those that would be chosen where none are.

    Raises `Refused` where there can be none.
    """
    chosen = anchors_of(session, task)
    ids = set(chosen.examples if chosen else to_choose(session, task))
    found = tuple(one for one in examples_of(session, dataset_of(session, task), "test") if one.id in ids)
    if not found:
        raise Refused(f"no anchor of task {task} is among its sealed examples any more")
    return found


def _plan(session: Session, release: Release, kind: Kind, examples: tuple[Example, ...]) -> DriftPlan:
    then = get_task_version(session, _head(session, release).outcome.task_hash)
    now, target = get_task(session, release.task), get_target(session, release.target)
    if (then.inputs, _answers(then)) != (now.inputs, _answers(now)):
        raise Refused(
            f"the labels of {now.name} are no longer those that release {release.id} answers with",
            where=f"task {now.name}",
            fix="Its inputs, scale or labels were edited: start a run, and release what it finds.",
        )
    composition = measured_composition(session, then, release.parts)
    first = _first(session, release, then, target, composition, examples) if kind == "anchors" else {}
    dataset = dataset_of(session, release.task)
    return DriftPlan(release, kind, then, target, composition, dataset, examples, first)


def _answers(task: Task) -> tuple[object, ...]:
    output = task.output
    return (output.kind, output.low, output.high, output.labels)


def _first(
    session: Session,
    release: Release,
    task: Task,
    target: Target,
    composition: Composition,
    examples: tuple[Example, ...],
) -> dict[str, str]:
    """Return the keys of first answers by example: on the target as it was measured, else as it is now."""
    found: dict[str, str] = {}
    measured = _head(session, release).outcome.target_hash
    for one in dict.fromkeys((target.hash, measured)):
        keys = {each.example_id: each.key for each in questions_of(task, one, composition, examples)}
        earlier = stored_answers(session, list(keys.values()))
        found |= {example: key for example, key in keys.items() if key in earlier}
    return found


def _scored(session: Session, release: Release) -> set[str]:
    """Return the ids of new examples that a scoring of a release has, or will have."""
    row = DriftScoreRow
    query = select(row.examples).where(col(row.release_id) == release.id, col(row.kind) == "new labels")
    return {one for examples in session.exec(query) for one in examples}


def _head(session: Session, release: Release) -> CandidateSummary:
    return get_candidate_summary(session, release.candidate_id)
