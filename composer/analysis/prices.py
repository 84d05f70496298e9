"""What a candidate's answers took and cost, by the stored ones: as it is, without any statistics."""

from __future__ import annotations

from sqlmodel import Session

from composer.answers.store import Took, stored_spending
from composer.candidates.records import Candidate
from composer.evaluation.formatting import ANSWERS
from composer.evaluation.outcomes import Difference
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


def price_of(session: Session, candidate: Candidate) -> float | None:
    """Return what a million tokens cost: as a gate went by it, else now; None where the target has no price."""
    target = candidate.evidence.target
    if target.price_per_million_tokens is not None:
        return target.price_per_million_tokens
    known = get_target(session, target.name) if target.name in target_names(session) else None
    return known.price_per_million_tokens if known else None


def cost_of(session: Session, candidate: Candidate) -> Difference | None:
    """Return what 1,000 answers cost before and after, without an interval; None where that isn't known."""
    price = price_of(session, candidate)
    pairs = answers_taken(session, candidate) if price is not None else {}
    sums = [
        sum(pair[side].prompt_tokens + pair[side].completion_tokens for pair in pairs.values()) for side in (0, 1)
    ]
    if price is None or not all(sums):
        return None
    was, now = (ANSWERS * total / len(pairs) * price / 1_000_000 for total in sums)
    return Difference("cost", "lower", was, now, now - was, None, None)
