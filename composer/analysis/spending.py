"""What a candidate's answers took beside the incumbent's, by the stored ones: seconds, and money by the price."""

from __future__ import annotations

from sqlmodel import Session

from composer.analysis.prices import answers_taken, prices_of
from composer.candidates.records import Candidate
from composer.evaluation.outcomes import Difference
from composer.evaluation.spending import spending_differences, spent
from composer.registry.datasets import clusters_of


def candidate_spending(session: Session, candidate: Candidate) -> tuple[Difference, ...]:
    """Return prompt tokens, seconds and cost before and after, with the intervals that evidence has none of.

    The cost is missing where there is no price, and everything where answers are no longer stored.
    """
    pairs = answers_taken(session, candidate)
    if not pairs:
        return ()
    prices, data = prices_of(session, candidate), candidate.evidence.data
    before, after = (spent([pair[side] for pair in pairs.values()], prices) for side in (0, 1))
    clusters = clusters_of(session, data.dataset, data.split)
    return tuple(spending_differences(before, after, [clusters[name] for name in pairs]))


def figures_of(session: Session, candidate: Candidate) -> tuple[Difference, ...]:
    """Return every figure of a candidate as people see it: of its evidence, with what its answers took at the end.

    Seconds get their interval, and a cost is added where there is a price.
    """
    spent = {one.name: one for one in candidate_spending(session, candidate)}
    known = {one.name: one for one in candidate.figures}
    return tuple({**known, **spent}.values())
