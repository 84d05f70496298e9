"""What a candidate's answers took and cost, by the stored ones: as it is, without any statistics."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from composer.answers.store import Took, stored_spending
from composer.candidates.records import Candidate
from composer.evaluation.formatting import ANSWERS
from composer.evaluation.outcomes import Difference
from composer.models.prices import Prices, Tokens
from composer.registry.targets import get_target, target_names


def answers_taken(session: Session, candidate: Candidate) -> dict[str, tuple[Took, Took]]:
    """Return what both answers to each test example took, by its id, as far as both are still stored."""
    evidence = candidate.evidence
    sides = [
        stored_spending(session, evidence.target.hash, side.fingerprint, side.cells)
        for side in (evidence.incumbent, evidence.candidate)
    ]
    pairs = zip(evidence.data.examples, evidence.incumbent.cells, evidence.candidate.cells, strict=True)
    return {
        name: (sides[0][was], sides[1][now]) for name, was, now in pairs if was in sides[0] and now in sides[1]
    }


def prices_of(session: Session, candidate: Candidate) -> Prices | None:
    """Return what tokens cost: as a gate went by it, else now; None where the target has no price."""
    target = candidate.evidence.target
    return target.prices or prices_now(session, target.name)


def prices_now(session: Session, target: str) -> Prices | None:
    """Return what the tokens of the target of this name cost now; None where there is none, or it has no price."""
    return get_target(session, target).prices if target in target_names(session) else None


def cost_of(session: Session, candidate: Candidate) -> Difference | None:
    """Return what 1,000 answers cost before and after, without an interval; None where that isn't known."""
    prices = prices_of(session, candidate)
    pairs = answers_taken(session, candidate) if prices is not None else {}
    sums = [_sum([pair[side] for pair in pairs.values()]) for side in (0, 1)]
    if prices is None or not all(each.all for each in sums):
        return None
    was, now = (ANSWERS * prices.of(*each) / len(pairs) for each in sums)
    return Difference("cost", "lower", was, now, now - was, None, None)


def _sum(answers: Sequence[Took]) -> Tokens:
    return Tokens(sum(one.prompt_tokens for one in answers), sum(one.completion_tokens for one in answers))
