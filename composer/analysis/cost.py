"""How many answers a diagnosis of a candidate probably lacks: a quick estimate however many examples there are."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from composer.analysis.diagnoses import NOISE_EXAMPLES, NOISE_REPLICATE, Compared, Diagnosis, ablations, increments
from composer.answers.store import answered_examples
from composer.candidates.records import get_candidate
from composer.registry.releases import measured_composition
from composer.registry.tasks import get_task_version


def compared(session: Session, candidate_id: int) -> Compared:
    """Return a candidate with both its compositions; raises `Refused` where one can't be read."""
    candidate = get_candidate(session, candidate_id)
    task = get_task_version(session, candidate.outcome.task_hash)
    sides = (candidate.incumbent_parts, candidate.parts)
    return Compared(candidate, *(measured_composition(session, task, side) for side in sides))


def likely_missing(session: Session, compared: Compared, diagnosis: Diagnosis, chosen: Sequence[str] = ()) -> int:
    """Return how many answers a diagnosis probably lacks; `chosen` are the ids of examples to ask about suspects.

    Counted by composition and example, without the exact messages that were sent: `missing` compares those.
    """
    measured = compared.candidate.evidence.data.examples
    ends = {compared.incumbent, compared.composition}
    if diagnosis == "steps":
        wanted = [(one, measured, 0) for _, one in increments(compared) if one not in ends]
    elif diagnosis == "noise":
        wanted = [(compared.incumbent, measured[:NOISE_EXAMPLES], NOISE_REPLICATE)]
    else:
        wanted = [(part.without, tuple(chosen), 0) for part in ablations(compared)]
    target = compared.candidate.outcome.target_hash
    return sum(
        len(set(examples) - answered_examples(session, target, composition.fingerprint, replicate=replicate))
        for composition, examples, replicate in wanted
    )
