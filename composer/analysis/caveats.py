"""What speaks against one candidate's gain, from its evidence, its data and its search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlmodel import Session

from composer.analysis.examples import rows_of
from composer.answers.store import answered_examples
from composer.candidates.records import Candidate
from composer.evaluation.caveats import find_caveats
from composer.evaluation.dev_and_test import DevTestGap, dev_test_gap
from composer.evaluation.outcomes import Row
from composer.registry.datasets import clusters_of
from composer.review.status import Review
from composer.tables.runs import PROPOSED

if TYPE_CHECKING:
    from composer.evaluation.concentration import Concentration


def caveats_of(session: Session, review: Review) -> tuple[str, ...]:
    """Return sentences on what speaks against a candidate's gain; empty where nothing does."""
    candidate, rows = review.candidate, rows_of(session, review)
    return find_caveats(
        candidate.figures[0],
        review.task.output,
        rows,
        gap=dev_test_gap_of(session, candidate),
        gathered=_gathered(session, review, rows),
    )


def dev_test_gap_of(session: Session, candidate: Candidate) -> DevTestGap | None:
    """Return how much of its search's estimate a candidate kept on test.

    None where nothing was searched, and where the search began with another prompt than the one compared with.
    """
    search, data = candidate.evidence.search, candidate.evidence.data
    if search.strategy == PROPOSED or search.start:
        return None
    return dev_test_gap(
        candidate.figures[0],
        search.estimate,
        compositions=search.tried,
        dev=_seen(session, candidate),
        total=len(data.examples),
    )


def _seen(session: Session, candidate: Candidate) -> int:
    """Return how many dev examples the candidate answered: all of them where none of its answers is stored."""
    evidence = candidate.evidence
    dev = clusters_of(session, evidence.data.dataset, "dev").keys()
    answered = answered_examples(session, evidence.target.hash, evidence.candidate.fingerprint)
    return len(dev & answered) or len(dev)


def _gathered(session: Session, review: Review, rows: Sequence[Row]) -> tuple[Concentration, ...]:
    evidence = review.candidate.evidence
    known = clusters_of(session, evidence.data.dataset, evidence.data.split)
    clusters = [known.get(row.example_id, (row.example_id,)) for row in rows]
    slices = [row.slice for row in rows]
    shared = max(Counter(name for some in clusters for name in some).values(), default=1) > 1
    if not shared and len(set(slices)) < 2:
        return ()
    import numpy as np  # statistics take a while to import: only where a gain may sit somewhere

    from composer.evaluation.concentration import concentrations

    return concentrations(
        np.array([-row.change for row in rows]),
        clusters,
        slices,
        np.random.default_rng(evidence.search.seed),
        span=1.0 if review.task.output.kind == "label" else None,
    )
