"""`composer inbox` and `composer review`: what waits for review, and a verdict on it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from composer.cli.common import HomeOption, JsonOption, opened, out, person, refusals
from composer.figures import NAMES, change, figure
from composer.reading import Entry
from composer.reading import inbox as read_inbox
from composer.review import Kind, Review, get_review, give_verdict
from library.errors import Refused


@refusals
def inbox(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the candidates: task, target, gain with interval, gates, state."""
    with opened(home).session() as session:
        found = read_inbox(session)
    if as_json:
        print(json.dumps([_row(entry) for entry in found], ensure_ascii=False))
        return
    if not found:
        out.print("No candidates yet. `composer demo --headless` or `composer compose TASK --target T` makes one.")
        return
    table = Table("no.", box=None, pad_edge=False)
    for name in ("task → target", "before → after", "difference, 95% interval", "gates", "state"):
        table.add_column(name, overflow="fold")
    for entry in found:
        review = entry.review
        if review is None:
            place = f"{entry.task} → {entry.target}"
            table.add_row(str(entry.candidate_id), place, "", "", "", escape(entry.problem))
            continue
        metric = review.candidate.figures[0]
        passed = sum(gate.passed for gate in review.candidate.gates)
        table.add_row(
            str(review.candidate.id),
            f"{review.candidate.task} → {review.candidate.target}",
            f"{figure(metric.name, metric.incumbent)} → {figure(metric.name, metric.candidate)}",
            escape(_interval(review)),
            f"{passed} of {len(review.candidate.gates)}",
            review.state,
        )
    out.print(table)


@refusals
def review(
    candidate: Annotated[int, typer.Argument(help="Number of the candidate.")],
    approve: Annotated[
        bool, typer.Option("--approve", help="Approve; the last approval needed releases.")
    ] = False,
    request_changes: Annotated[
        bool, typer.Option("--request-changes", help="Block until this is settled.")
    ] = False,
    comment: Annotated[bool, typer.Option("--comment", help="Say something without deciding.")] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why, in a sentence.")] = "",
    home: HomeOption = None,
) -> None:
    """Give a verdict on a candidate, or show it when none is given."""
    asked: list[tuple[bool, Kind]] = [
        (approve, "approve"),
        (request_changes, "request changes"),
        (comment, "comment"),
    ]
    kinds = [kind for given, kind in asked if given]
    if len(kinds) > 1:
        raise Refused("two verdicts at once", fix="Give one of --approve, --request-changes, --comment.")
    with opened(home).session() as session:
        if not kinds:
            _show(get_review(session, candidate))
            return
        release = give_verdict(session, candidate, kinds[0], reason=reason, by=person(), at=datetime.now(UTC))
    if release:
        out.print(f"Approved and released for {release.task} → {release.target} (release {release.id}).")
        out.print(f"Export it with: composer export {release.task} --target {release.target} --out DIR")
    else:
        out.print(f"Noted: {kinds[0]} on candidate {candidate}.")


def _show(review: Review) -> None:
    candidate = review.candidate
    out.print(f"[bold]{candidate.task} → {candidate.target} · candidate {candidate.id} · {review.state}[/]")
    counts = candidate.evidence["counts"]
    out.print(
        f"{_interval(review)}; {counts['better']} better, {counts['same']} same, {counts['worse']} worse",
        markup=False,
    )
    before, after = set(review.incumbent.keys), set(review.composition.keys)
    for version in review.composition.versions:
        sign = " " if version.key in before else "+"
        out.print(f"{sign} {version.key} v{version.version}  {version.text}", markup=False, highlight=False)
    for version in review.incumbent.versions:
        if version.key not in after:
            out.print(f"− {version.key} v{version.version}  {version.text}", markup=False, highlight=False)
    for gate in candidate.gates:
        out.print(f"{'✓' if gate.passed else '✗'} {gate.name} ({gate.figure})", markup=False, highlight=False)
    for verdict in review.verdicts:
        out.print(f"{verdict.reviewer}: {verdict.kind}: {verdict.reason}", markup=False, highlight=False)
    for obstacle in review.obstacles:
        out.print(f"Approval waits: {obstacle}", markup=False, highlight=False)


def _interval(review: Review) -> str:
    metric = review.candidate.figures[0]
    low, high = change(metric.name, metric.low), change(metric.name, metric.high)
    return f"{NAMES[metric.name]} {change(metric.name, metric.difference)} [{low}, {high}]"


def _row(entry: Entry) -> dict[str, Any]:
    known = {"candidate": entry.candidate_id, "task": entry.task, "target": entry.target}
    review = entry.review
    if review is None:
        return {**known, "state": "unreadable", "problem": entry.problem}
    candidate = review.candidate
    return {
        **known,
        "state": review.state,
        "keys": list(review.composition.keys),
        "figures": candidate.evidence["figures"],
        "gates": candidate.evidence["gates"],
        "obstacles": list(review.obstacles),
    }
