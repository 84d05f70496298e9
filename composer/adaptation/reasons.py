"""Why an adaptation is a no-go, and what a larger budget could find, in whole sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from composer.adaptation.outcome import Side
from composer.evaluation.caveats import Constant
from composer.evaluation.formatting import NAMES, SHARES, change, figure
from composer.evaluation.metrics import as_change
from composer.evaluation.outcomes import Better
from composer.runs.summary import RunResult
from composer.search.outlook import HOPELESS


@dataclass(frozen=True)
class Facts:
    """What the reasons are read from.

    `malformed` is why most answers came to nothing where that ended the run, `floor` the best constant answer;
    `source` and `adapted` are both prompts on the sealed examples, None where not measured.
    """

    metric: str
    better_is: Better
    target: str
    result: RunResult | None
    malformed: str
    floor: Constant
    ceiling: float | None
    source: Side | None
    adapted: Side | None


def no_go(facts: Facts) -> tuple[str, ...]:
    """Return why there is nothing to review, the main reason first; empty where what was found is of use."""
    causes = tuple(filter(None, (facts.malformed, _unreachable(facts), _nothing_better(facts), *_gates(facts))))
    useless = _no_better_than_constant(facts)
    if not causes and not useless:
        return ()
    return tuple(filter(None, (*causes, useless, _validity(facts), _behind_source(facts), _range(facts))))


def _unreachable(facts: Facts) -> str:
    result = facts.result
    if result is None or result.candidate_id is not None or result.reachable is None:
        return ""
    constant = f"always answering “{facts.floor.answer}” ({_named(facts, facts.floor.figure)})"
    chance = _percent(1 - result.reachable)
    if result.reachable < 0.5:
        return f"With a probability of {chance} no composition does better than {constant}."
    return ""


def _nothing_better(facts: Facts) -> str:
    result = facts.result
    if result is None or result.candidate_id is not None or _unreachable(facts):
        return ""
    tried = f"{result.tried:,} compositions" if result.tried != 1 else "1 composition"
    return f"None of {tried} beat what the new target has now ({result.stopped})."


def _gates(facts: Facts) -> list[str]:
    result = facts.result
    if result is None or result.let_through is not False:
        return []
    failed = [gate for gate in result.gates if not gate.passed and gate.binding]
    named = ", ".join(f"{gate.name} {gate.text}" for gate in failed)
    return [f"What the search found does not pass the policy’s gates: {named}."]


def _no_better_than_constant(facts: Facts) -> str:
    side = facts.adapted
    if side is None or _better(facts, side.composite, facts.floor.figure):
        return ""
    return (
        f"It is no better than always answering “{facts.floor.answer}”: {_named(facts, side.composite)} against "
        f"{figure(facts.metric, facts.floor.figure)}."
    )


def _validity(facts: Facts) -> str:
    best = facts.result.best_valid if facts.result else None
    if facts.adapted is not None:
        return f"{facts.adapted.valid_rate:.1%} of its answers are valid."
    if best is None:
        return ""
    named = " + ".join(best.keys) or "the bare base"
    rate = f"{best.valid / best.answers:.0%} ({best.valid} of {best.answers} answers, {named})"
    return f"The best valid rate of any composition was {rate}."


def _behind_source(facts: Facts) -> str:
    source, side = facts.source, facts.adapted
    if source is None:
        return ""
    there = f"On {source.target} the prompt comes to {_named(facts, source.composite)} on the sealed examples"
    if side is None:
        return f"{there}."
    gap = abs(side.composite - source.composite)
    points = f"{100 * gap:.1f} points" if facts.metric in SHARES else figure(facts.metric, gap)
    where = "behind" if _better(facts, source.composite, side.composite) else "ahead"
    return f"{there}; here the adapted one comes to {figure(facts.metric, side.composite)}, {points} {where}."


def _range(facts: Facts) -> str:
    if facts.ceiling is None:
        return ""
    return f"One more person, compared with the others, would come to {_named(facts, facts.ceiling)}."


def sights(facts: Facts, detectable: str) -> tuple[str, ...]:
    """Return what a larger budget could find; `detectable` is the clause on what gain the examples can show."""
    result, found = facts.result, []
    hopeless = result is not None and result.reachable is not None and result.reachable < HOPELESS
    if result is not None and result.more is not None and not hopeless:
        more = as_change(facts.metric, result.more)
        size = change(facts.metric, more)
        unit = f" points of {NAMES[facts.metric]}" if facts.metric in SHARES else f" {NAMES[facts.metric]}"
        if abs(result.more) >= 0.002:
            found.append(
                f"The composition that looks best was not asked often enough to be chosen: {size}{unit} expected."
            )
        else:
            found.append("By the search’s model nothing that it knows of would be better than what it chose.")
    if result is not None and result.reachable is not None:
        # Where the sealed examples were read, their figures stand above this: it says what it rests on.
        by = "Some" if facts.adapted is None else "By the answers on dev examples alone, some"
        found.append(
            f"{by} composition beats always answering “{facts.floor.answer}” with a probability of "
            f"{_percent(result.reachable)}."
        )
    if detectable:
        found.append(f"{detectable[:1].upper()}{detectable[1:]}.")
    return tuple(found)


def _better(facts: Facts, one: float, other: float) -> bool:
    return one < other if facts.better_is == "lower" else one > other


def _named(facts: Facts, value: float) -> str:
    return f"{NAMES[facts.metric]} {figure(facts.metric, value)}"


def _percent(share: float) -> str:
    """Write a probability that is a share of a few dozen draws: never as certain."""
    return "over 98%" if share > 0.98 else "under 2%" if share < 0.02 else f"{share:.0%}"


def in_order(sides: Sequence[Side]) -> tuple[Side, ...]:
    """Return sides as people read them: where it came from, what there is, the prompt moved, and adapted."""
    order = ("source", "in use", "plain transfer", "adapted")
    return tuple(sorted(sides, key=lambda one: order.index(one.kind)))
