"""Draws the conclusion of an adaptation whose run has ended, and records it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from sqlmodel import Session, select

from composer.adaptation.outcome import Cost, Outcome, Side, SideKind
from composer.adaptation.reasons import Facts, in_order, no_go, sights
from composer.adaptation.sides import Wanted, side_by_side
from composer.analysis.people import ratings_of
from composer.answers.latency import answer_tokens
from composer.evaluation.caveats import best_constant_of
from composer.evaluation.metrics import as_change, figures
from composer.evaluation.raters import agreement
from composer.evaluation.side_by_side import Standing
from composer.models.target import Target
from composer.prompts.parts import Parts
from composer.registry.anchors import sealed_examples
from composer.registry.datasets import examples_of
from composer.registry.releases import incumbent_of, measured_composition
from composer.registry.targets import get_target
from composer.registry.tasks import get_task
from composer.runs.carried import adaptation_row
from composer.runs.findings import power_in_words, search_findings
from composer.runs.records import get_run
from composer.runs.summary import MetricDifference, RunResult
from composer.tables import AdaptationRow, CandidateRow, RunRow
from composer.task.task import Task
from library import log
from library.errors import Refused

SEED = 0
"""Of the resamples of the ceiling's interval, which isn't shown here."""


def conclude(session: Session, adaptation_id: int, *, at: datetime, malformed: str = "") -> Outcome:
    """Work out what an adaptation came to, store it with an entry in the log, and return it.

    `malformed` is why most answers came to nothing where that ended its run. Raises `Refused` where its run has
    not ended.
    """
    row = adaptation_row(session, adaptation_id)
    run_row = session.exec(select(RunRow).where(RunRow.adaptation == adaptation_id)).one()
    assert run_row.id is not None
    run = get_run(session, run_row.id)
    if run.result is None and not malformed:
        raise Refused(f"adaptation {adaptation_id} has not ended", fix="Go on with it: `composer adapt` again.")
    task, target = get_task(session, row.task), get_target(session, row.target)
    test = sealed_examples(session, row.dataset)
    wanted = _wanted(session, row, task, target, run.result)
    standing = side_by_side(session, task, wanted, test, "plain transfer")
    facts = _facts(session, row, task, run.result, malformed, {kind: one for kind, (one, _) in standing.items()})
    reasons = no_go(facts)
    found = search_findings(session, run)
    result = run.result
    outcome = Outcome(
        kind="no-go" if reasons else "candidate",
        metric=task.metric,
        candidate_id=result.candidate_id if result else None,
        keys=result.keys if result and result.candidate_id is not None else (),
        reasons=reasons,
        sides=in_order([one for one, _ in standing.values()]),
        against_transfer=_against_transfer(standing),
        dev_gain=_dev_gain(session, result, task),
        floor=facts.floor.figure,
        floor_answer=facts.floor.answer,
        ceiling=facts.ceiling,
        best_valid=result.best_valid if result else None,
        reachable=result.reachable if result else None,
        sights=sights(facts, power_in_words(found) if found else ""),
        cost=_cost(session, run_row, target, len(test), wanted),
    )
    row.outcome = outcome.model_dump(mode="json")
    session.add(row)
    log.append(
        session,
        who=row.started_by,
        action="adaptation ended",
        subject=f"adaptation:{adaptation_id}",
        why=reasons[0] if reasons else "",
        detail={"outcome": outcome.kind, "candidate": outcome.candidate_id},
        at=at,
    )
    return outcome


def _wanted(
    session: Session, row: AdaptationRow, task: Task, target: Target, result: RunResult | None
) -> list[Wanted]:
    """Return the prompts that are put side by side, as far as there are answers."""
    baseline = measured_composition(session, task, Parts(row.base, tuple(row.versions)))
    wanted: list[Wanted] = [
        ("source", get_target(session, row.source), baseline),
        ("plain transfer", target, baseline),
    ]
    if result is None or result.candidate_id is None:
        return [*wanted, ("in use", target, incumbent_of(session, task, target.name))]
    candidate = session.get(CandidateRow, result.candidate_id)
    assert candidate is not None
    now = Parts(candidate.incumbent_base, tuple(candidate.incumbent_versions))
    adapted = Parts(candidate.base, tuple(candidate.versions))
    return [
        *wanted,
        ("in use", target, measured_composition(session, task, now)),
        ("adapted", target, measured_composition(session, task, adapted)),
    ]


def _facts(
    session: Session,
    row: AdaptationRow,
    task: Task,
    result: RunResult | None,
    malformed: str,
    sides: dict[SideKind, Side],
) -> Facts:
    """Gather what the reasons are read from: on the sealed examples where they were read, else on dev."""
    read = "adapted" in sides
    examples = sealed_examples(session, row.dataset) if read else examples_of(session, row.dataset, "dev")
    rated = [one for one in examples if len(one.ratings) > 1]
    ceiling = None
    if rated:
        people = agreement(ratings_of(rated, task.output), task.output, np.random.default_rng(SEED))
        ceiling = people.ceiling.value
    return Facts(
        task.metric,
        figures(task)[0].better_is,
        row.target,
        result,
        malformed,
        best_constant_of(task.output, [one.gold for one in examples]),
        ceiling,
        sides.get("source"),
        sides.get("adapted"),
    )


def _against_transfer(standing: dict[SideKind, tuple[Side, Standing]]) -> MetricDifference | None:
    if "adapted" not in standing or "plain transfer" not in standing:
        return None
    adapted, transfer = standing["adapted"], standing["plain transfer"]
    if adapted[0].keys == transfer[0].keys or not adapted[1].differences:
        return None
    one = adapted[1].differences[0]
    return MetricDifference(
        metric=one.name, value=one.difference, low=one.low, high=one.high, better_is=one.better_is
    )


def _dev_gain(session: Session, result: RunResult | None, task: Task) -> float | None:
    if result is None or result.candidate_id is None:
        return None
    candidate = session.get(CandidateRow, result.candidate_id)
    assert candidate is not None
    return as_change(task.metric, candidate.evidence["search"]["estimate"])


def _cost(session: Session, run: RunRow, target: Target, test: int, wanted: Sequence[Wanted]) -> Cost:
    """Return what it took; a full run reads the sealed examples for what it finds, and for what it began with."""
    begun = {one for kind, _, one in wanted if kind in ("in use", "plain transfer")}
    tokens, price = answer_tokens(session, target.name), target.price_per_million_tokens
    seconds = float(run.result.get("seconds", 0.0)) if run.result else _lasted(run)
    return Cost(
        answers=run.asked,
        paid=run.paid,
        full=run.budget + (1 + len(begun)) * test,
        seconds=seconds,
        money=None if price is None or tokens is None else run.paid * tokens * price / 1_000_000,
    )


def _lasted(run: RunRow) -> float:
    if run.started_at is None or run.ended_at is None:
        return 0.0
    return (run.ended_at - run.started_at).total_seconds()
