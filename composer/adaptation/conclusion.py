"""Draws the conclusion of an adaptation whose run has ended, and records it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
from sqlmodel import Session, select

from composer.adaptation.outcome import Cost, Outcome, Side, SideKind
from composer.adaptation.reasons import Facts, in_order, no_go, sights
from composer.adaptation.sides import Wanted, side_by_side
from composer.analysis.cost import compared
from composer.analysis.diagnoses import Compared
from composer.analysis.people import ratings_of
from composer.answers.cost import money_for
from composer.answers.latency import answer_latency, answer_tokens
from composer.answers.naming import answers_kept
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
from composer.tables import AdaptationRow, RunRow
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
    result = run.result
    candidate = None if run.candidate_id is None else compared(session, run.candidate_id)
    wanted = _wanted(session, row, task, target, candidate)
    standing = side_by_side(session, task, wanted, test, "plain transfer")
    sides = {kind: side for kind, (side, _) in standing.items()}
    facts = _facts(session, row, task, result, malformed, sides)
    reasons = no_go(facts)
    found = search_findings(session, run)
    outcome = Outcome(
        kind="no-go" if reasons else "candidate",
        metric=task.metric,
        candidate_id=run.candidate_id,
        keys=result.keys if result and candidate else (),
        reasons=reasons,
        sides=in_order(list(sides.values())),
        against_transfer=_against_transfer(wanted, standing),
        dev_gain=as_change(task.metric, candidate.candidate.evidence.search.estimate) if candidate else None,
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
    session: Session, row: AdaptationRow, task: Task, target: Target, candidate: Compared | None
) -> list[Wanted]:
    """Return the prompts that are put side by side, as far as there are answers."""
    baseline = measured_composition(session, task, Parts(row.base, tuple(row.versions)))
    wanted: list[Wanted] = [
        ("source", get_target(session, row.source), baseline),
        ("plain transfer", target, baseline),
    ]
    if candidate is None:
        return [*wanted, ("in use", target, incumbent_of(session, task, target.name))]
    return [*wanted, ("in use", target, candidate.incumbent), ("adapted", target, candidate.composition)]


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


def _against_transfer(
    wanted: Sequence[Wanted], standing: Mapping[SideKind, tuple[Side, Standing]]
) -> MetricDifference | None:
    """Return what the adapted prompt changes against the one carried over; None where it is that one."""
    prompts = {kind: composition for kind, _, composition in wanted}
    if not {"adapted", "plain transfer"} <= standing.keys() or prompts["adapted"] == prompts["plain transfer"]:
        return None
    one = standing["adapted"][1].differences[0]
    return MetricDifference(
        metric=one.name, value=one.difference, low=one.low, high=one.high, better_is=one.better_is
    )


def _cost(session: Session, run: RunRow, target: Target, test: int, wanted: Sequence[Wanted]) -> Cost:
    """Return what it took; a full run reads the sealed examples for what it finds, and for what it began with."""
    begun = {one for kind, _, one in wanted if kind in ("in use", "plain transfer")}
    tokens = answer_tokens(session, target.name)
    paid = max(answers_kept(session, f"run:{run.id}", since=run.created_at), run.paid)
    # Answers from before it was stopped, whose time is that of no attempt that ended.
    before = (paid - run.paid) * answer_latency(session, target.name).seconds / target.parallel
    seconds = float(run.result.get("seconds", 0.0)) if run.result else _lasted(run)
    return Cost(
        answers=run.asked,
        paid=paid,
        full=run.budget + (1 + len(begun)) * test,
        seconds=round(seconds + before, 1),
        money=money_for(target, paid, tokens),
    )


def _lasted(run: RunRow) -> float:
    if run.started_at is None or run.ended_at is None:
        return 0.0
    return (run.ended_at - run.started_at).total_seconds()
