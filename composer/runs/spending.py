"""What a run takes before it is started: answers, minutes, money, and how small a gain its test split can show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

from sqlmodel import Session

from composer.answers.cost import money_for
from composer.answers.latency import Latency, answer_latency, answer_tokens, lasting
from composer.answers.store import answered_examples
from composer.candidates.records import CandidateSummary, list_candidates
from composer.candidates.test_split import times_read
from composer.confidence import ERRORS_TO_DETECT
from composer.data.examples import Example
from composer.evaluation.caveats import minimum_detectable_difference
from composer.evaluation.formatting import NAMES, SHARES, change, figure
from composer.models.prices import Tokens
from composer.prompts.composition import Composition
from composer.prompts.curator_rules import token_estimate
from composer.prompts.messages import render
from composer.prompts.parts import Parts
from composer.registry.anchors import sealed_examples
from composer.registry.bases import number_of_base
from composer.runs.plan import Plan

FEW = 30
"""Test examples below which a split is called small, whatever was measured on it."""
GUESSED_NOISE = {"nmse": 25.0, "accuracy": 0.45}
"""Standard deviation of one example's change, in the metric's units, where nothing was measured: a guess."""
READ_FOR_LENGTH = 50
"""Test examples whose length a guess of the tokens is taken from."""


@dataclass(frozen=True)
class Spending:
    """What a run takes at most, and what it can show.

    `search` and `test` are the answers that the search and the reading of the test split may still have to pay
    for, `examples` the test split's size, `reads` how often it was read before. `seconds` is how long that takes,
    as long as an answer took in `latency`. `tokens` is a mean answer's, prompt included, `guessed_tokens` whether
    they were estimated from lengths; `money` is what all come to by the target's price, None where it has none.
    `smallest` is the true change of the metric that the test split shows four times in five, measured on
    candidate `measured_on`, or a guess where that is None; `room` is how far the incumbent is from a perfect
    score, None where unknown.
    """

    metric: str
    search: int
    test: int
    examples: int
    seconds: float
    latency: Latency
    tokens: float
    guessed_tokens: bool
    money: float | None
    smallest: float
    measured_on: int | None
    room: float | None
    reads: int

    @property
    def answers(self) -> int:
        """All answers that the run may have to pay for."""
        return self.search + self.test

    @property
    def too_small(self) -> bool:
        """Whether the split has few examples, or shows a gain only where that is half of all there is to gain."""
        return self.examples < FEW or (self.room is not None and self.smallest > self.room / 2)

    def as_json(self) -> dict[str, Any]:
        """Return it as the JSON value that commands print."""
        return {**asdict(self), "answers": self.answers, "too_small": self.too_small}


def spending(session: Session, plan: Plan) -> Spending:
    """Return what a planned run takes at most: answers that are stored already cost nothing."""
    sealed = sealed_examples(session, plan.dataset)
    examples = len(sealed)
    test = plan.prompts * examples if plan.proposed is None else _unanswered(session, plan, plan.proposed, sealed)
    latency = answer_latency(session, plan.target.name)
    tokens = answer_tokens(session, plan.target.name)
    expected = tokens or _guessed_tokens(plan, sealed[:READ_FOR_LENGTH])
    answers = plan.budget + test
    before = _measured(session, plan, examples)
    return Spending(
        metric=plan.task.metric,
        search=plan.budget,
        test=test,
        examples=examples,
        seconds=answers * latency.seconds / plan.target.parallel,
        latency=latency,
        tokens=expected.all,
        guessed_tokens=tokens is None,
        money=money_for(plan.target, answers, expected),
        smallest=before[0] if before else ERRORS_TO_DETECT * GUESSED_NOISE[plan.task.metric] / sqrt(examples or 1),
        measured_on=before[1].id if before else None,
        room=_room(session, plan, before[1]) if before else None,
        reads=times_read(session, plan.dataset, plan.target.hash, plan.proposed),
    )


def _unanswered(session: Session, plan: Plan, proposed: Composition, sealed: Sequence[Example]) -> int:
    """Return how many answers to test examples aren't stored, of the prompt in use and of the one proposed."""
    ids = {one.id for one in sealed}
    sides = (plan.incumbent, proposed)
    return sum(len(ids - answered_examples(session, plan.target.hash, one.fingerprint)) for one in sides)


def _guessed_tokens(plan: Plan, examples: Sequence[Example]) -> Tokens:
    prompt = (plan.proposed or plan.start).text
    sizes = [
        sum(token_estimate(one["content"]) for one in render(prompt, plan.task.message, example.inputs))
        for example in examples
    ]
    return Tokens(sum(sizes) / max(len(sizes), 1), plan.target.max_tokens)


def _measured(session: Session, plan: Plan, examples: int) -> tuple[float, CandidateSummary] | None:
    """Return what the split would show by the noise of an earlier candidate, this target's newest first."""
    known = list_candidates(session, task=plan.task.name)
    for one in sorted(known, key=lambda each: each.target != plan.target.name):
        smallest = minimum_detectable_difference(one.figures[0])
        if smallest and examples and one.figures[0].name == plan.task.metric:
            return smallest * sqrt(one.outcome.counts.total / examples), one
    return None


def _room(session: Session, plan: Plan, before: CandidateSummary) -> float | None:
    """Return how far the incumbent is from a perfect score, where it was a side of that comparison."""
    ids = tuple(version.id for version in plan.incumbent.versions)
    parts = Parts(number_of_base(session, plan.task, plan.incumbent.base), ids)
    sides = {before.parts: before.figures[0].candidate, before.incumbent_parts: before.figures[0].incumbent}
    value = sides.get(parts) if before.target == plan.target.name else None
    if value is None:
        return None
    return value if plan.task.metric == "nmse" else 1 - value


def in_words(found: Spending) -> tuple[str, str]:
    """Return two sentences: what a run takes at most, and how small a gain it can show."""
    if not found.answers:
        return "Nothing to pay: every answer that it needs is stored.", _shows(found)
    test = f"{found.test:,} to read the sealed test split"
    parts = f": {found.search:,} to search, {test}" if found.search else " to read the sealed test split"
    lasts = lasting(found.seconds)
    each = found.latency
    basis = f"measured on {each.measured:,} stored answers"
    if not each.measured:
        basis = "a guess: this target has not answered yet"
    basis = f"{max(each.seconds, 0.01):.2g} s an answer, {basis}"
    money = ""
    if found.money is not None:
        guess = ", tokens guessed from lengths" if found.guessed_tokens else ""
        each_takes = f"{found.tokens:,.0f} tokens an answer{guess}"
        money = f"; it costs about {found.money:.2g} by the target's price ({each_takes})"
    takes = f"Up to {found.answers:,} answers{parts}; {lasts} ({basis}){money}. Stored answers are not paid again."
    return takes, _shows(found)


def _shows(found: Spending) -> str:
    size = change(found.metric, found.smallest).lstrip("+")
    unit = f"points of {NAMES[found.metric]}" if found.metric in SHARES else f"{NAMES[found.metric]} points"
    basis = "a guess: nothing was measured yet"
    if found.measured_on is not None:
        basis = f"as answers differed in candidate {found.measured_on}"
    shown = f"{found.examples:,} test examples show a true gain of {size} {unit} 4 times in 5 ({basis})"
    return f"{shown}{_room_in_words(found)}.{_reads_in_words(found)}"


def _room_in_words(found: Spending) -> str:
    if found.room is None:
        return ""
    whole = found.room if found.metric == "nmse" else 1 - found.room
    best = "0 is perfect" if found.metric == "nmse" else "100% is perfect"
    return f"; the prompt in use is at {figure(found.metric, whole)}, and {best}"


def _reads_in_words(found: Spending) -> str:
    if not found.reads:
        return ""
    times = "once" if found.reads == 1 else f"{found.reads:,} times"
    return f" They were read {times} before, for other compositions: the more often, the likelier a gain by luck."


def warning(found: Spending) -> str:
    """Return what speaks against spending it; empty where the split is large enough."""
    if not found.too_small:
        return ""
    half = max(FEW, 4 * found.examples)
    return (
        f"The test split is small: with {found.examples:,} examples a real gain may well not show. "
        f"About {half:,} would show one half as large."
    )
