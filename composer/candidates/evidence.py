"""The evidence of a candidate: the paired comparison and all that identifies it, under one hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from composer.candidates.outcome import Outcome, Part, PromptHashes
from composer.data.examples import Example
from composer.evaluation.outcomes import Comparison, Difference, Gate, MalformedAnswer, OutcomeCounts, Row, Slice
from composer.models.prices import PRICES, Prices, stated
from composer.models.system_role import SystemRole
from composer.prompts.composition import Composition, require_composed
from composer.task.task import Metric, Task
from library.canonical import text_digest

if TYPE_CHECKING:
    from composer.models.target import Target


class MeasuredTask(Part):
    """The task as it was when the candidate was measured; `hash` is sha256 in hex, as everywhere here."""

    name: str
    hash: str
    metric: Metric


class ServedModel(Part):
    """A model's name and the fingerprint of its system as a server reported them, each empty where it didn't."""

    model: str
    fingerprint: str


class MeasuredTarget(Part):
    """The target as it was when the candidate was measured; `served` are the models that it reported to answer.

    Those are empty where it reported none, and in evidence older than this part. The prices are what the cost of
    answers was computed by, one or two, None where no gate asked for that. `system` is where the prompt was sent.
    """

    name: str
    hash: str
    served: tuple[ServedModel, ...] = ()
    price_per_million_tokens: float | None = None
    price_per_million_input_tokens: float | None = None
    price_per_million_output_tokens: float | None = None
    system: SystemRole = "role"

    @property
    def prices(self) -> Prices | None:
        """What the cost of answers was computed by."""
        return stated(*(getattr(self, name) for name in PRICES))


class MeasuredData(Part):
    """The data measured on: ids of the n examples of one split, in its order."""

    dataset: str
    split: str
    examples: tuple[str, ...]


class MeasuredSnippet(Part):
    """A snippet version in a prompt, and the hash of its text."""

    key: str
    version: int
    sha256: str


class MeasuredPrompt(Part):
    """One side of the comparison: a composition, and the keys of its n cells in the order of the examples.

    `base_sha256` is the hash of its base where that of either side isn't the task's own, else empty.
    """

    fingerprint: str
    prompt_sha256: str
    snippets: tuple[MeasuredSnippet, ...]
    cells: tuple[str, ...]
    base_sha256: str = ""


class SearchRecord(Part):
    """How the candidate was found: `estimate` is the mean loss saved in the search, in [-1, 1].

    It is saved over the incumbent, or over the composition with the fingerprint `start` where the search started
    from that of another target.
    """

    strategy: str
    seed: int
    budget: int
    tried: int
    estimate: float
    stopped: str
    start: str = ""


class Evidence(Part):
    """All that an approval rests on; the sha256 of its canonical JSON is its identity.

    `rows` are the n examples under both prompts, in the order of `data.examples`; `test_reads_before` counts
    the other compositions that the sealed test split was read for. Evidence of the first format has no slices,
    and neither advisory gates nor labels and answers in its rows: those parts are read as their defaults.
    `malformed` are the answers that are, empty where none is and in evidence older than this part.
    """

    task: MeasuredTask
    target: MeasuredTarget
    data: MeasuredData
    incumbent: MeasuredPrompt
    candidate: MeasuredPrompt
    figures: tuple[Difference, ...]
    gates: tuple[Gate, ...]
    counts: OutcomeCounts
    slices: tuple[Slice, ...] = ()
    rows: tuple[Row, ...]
    malformed: tuple[MalformedAnswer, ...] = ()
    search: SearchRecord
    test_reads_before: int

    def as_json(self, *names: str) -> dict[str, Any]:
        """Return the JSON value it was read from or will be stored as, whose canonical text is hashed.

        All its fields, or those of `names` alone.
        """
        later = {} if "slices" in self.model_fields_set else _NOT_IN_FIRST_FORMAT
        # Without these, evidence is the same bytes as before there were such parts.
        if not self.malformed:
            later = {**later, "malformed": True}
        silent = {} if self.target.served else {"served": True}
        silent |= {name: True for name in PRICES if getattr(self.target, name) is None}
        silent |= {} if self.target.system != "role" else {"system": True}
        if silent:
            later = {**later, "target": silent}
        if not self.search.start:
            later = {**later, "search": {"start"}}
        if not self.candidate.base_sha256:
            later = {**later, "incumbent": {"base_sha256"}, "candidate": {"base_sha256"}}
        return self.model_dump(mode="json", include=set(names) or None, exclude=later)

    def outcome(self) -> Outcome:
        """Return the part of it that lists and the rules of approval need."""
        worse = sorted(
            (row for row in self.rows if row.outcome == "worse"), key=lambda row: (-row.change, row.example_id)
        )
        return Outcome(
            task_hash=self.task.hash,
            target_hash=self.target.hash,
            dataset=self.data.dataset,
            prompts=PromptHashes(incumbent=self.incumbent.prompt_sha256, candidate=self.candidate.prompt_sha256),
            figures=self.figures,
            gates=self.gates,
            counts=self.counts,
            worse=tuple(row.example_id for row in worse),
        )


_NOT_IN_FIRST_FORMAT: dict[str, Any] = {
    "slices": True,
    "gates": {"__all__": {"binding"}},
    "rows": {"__all__": {"incumbent_value", "candidate_value", "gold", "slice", "must_not_regress"}},
}


def evidence_of(
    measured: Measured, comparison: Comparison, search: SearchRecord, *, reads_before: int
) -> Evidence:
    """Gather what was measured, its comparison and how the candidate was found into its evidence.

    Raises `pydantic.ValidationError` for a figure that is not a finite number.
    """
    plan = measured.plan
    costs = plan.task.policy.gates.max_cost_growth is not None
    bases = {plan.incumbent.base, plan.candidate.base} != {plan.task.base}
    return Evidence(
        task=MeasuredTask(name=plan.task.name, hash=plan.task.hash, metric=plan.task.metric),
        target=MeasuredTarget(
            name=plan.target.name,
            hash=plan.target.hash,
            served=measured.served,
            system=plan.target.system,
            **({name: getattr(plan.target, name) for name in PRICES} if costs else {}),
        ),
        data=MeasuredData(
            dataset=plan.dataset, split="test", examples=tuple(example.id for example in plan.examples)
        ),
        incumbent=_prompt(plan.incumbent, measured.cells["incumbent"], base=bases),
        candidate=_prompt(plan.candidate, measured.cells["candidate"], base=bases),
        figures=comparison.figures,
        gates=comparison.gates,
        counts=comparison.counts,
        slices=comparison.slices,
        rows=comparison.rows,
        malformed=comparison.malformed,
        search=search,
        test_reads_before=reads_before,
    )


def _prompt(composition: Composition, cells: Sequence[str], *, base: bool) -> MeasuredPrompt:
    return MeasuredPrompt(
        fingerprint=composition.fingerprint,
        prompt_sha256=text_digest(composition.text),
        snippets=tuple(
            MeasuredSnippet(key=version.key, version=version.version, sha256=version.sha256)
            for version in composition.versions
        ),
        cells=tuple(cells),
        base_sha256=text_digest(composition.base) if base else "",
    )


@dataclass(frozen=True)
class MeasurementPlan:
    """What two prompts are measured on: task, target, the sealed examples of a dataset, and both compositions."""

    task: Task
    target: Target
    dataset: str
    examples: tuple[Example, ...]
    incumbent: Composition
    candidate: Composition

    def __post_init__(self) -> None:
        require_composed(self.incumbent, self.candidate)


@dataclass(frozen=True)
class Measured:
    """A plan whose every answer there is; `cells` holds each side's cell keys in the order of the examples.

    `served` are the models that the target reported to answer.
    """

    plan: MeasurementPlan
    cells: Mapping[Literal["incumbent", "candidate"], Sequence[str]]
    served: tuple[ServedModel, ...] = ()
