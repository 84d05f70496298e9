"""A candidate on the terminal: where it stands, from top to bottom, and the command that takes it further."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from composer.cli.common import out
from composer.cli.run_report import comparison
from composer.evaluation.caveats import find_caveats
from composer.prompts.changes import SnippetChange, snippet_changes
from composer.prompts.composition import BARE_BASE
from composer.review.comments import Comment
from composer.review.next_step import NextStep, next_step
from composer.review.status import Review, ReviewStatus
from composer.review.verdicts import effective_verdicts
from library.roles import Person

SIGNS = {"added": "+", "removed": "−", "reworded": "±", "moved": "↕", "kept": " "}
MOST_SHOWN = 10
"""Regressions and comments that are listed; the app has all of them."""
# What a reviewer wrote must not move the cursor or colour the terminal of the next one.
_CONTROLS = dict.fromkeys([*range(9), *range(11, 32), *range(127, 160)], "�")


def show(review: Review, comments: Sequence[Comment], me: Person) -> None:
    """Print a candidate: figures, gates, what changes, who said what, what is in its way, what to do next."""
    candidate, status = review.candidate, review.status
    counts = candidate.outcome.counts
    out.print(f"[bold]{candidate.task} → {candidate.target} · candidate {candidate.id} · {status.state}[/]")
    made = f"{candidate.created_at:%Y-%m-%d %H:%M} UTC"
    _say(f"proposed by {candidate.proposed_by} from run {candidate.run_id}, {made}")
    for why in status.stale:
        _say(f"Stale: {why}")
    out.print()
    out.print(comparison(candidate.figures))
    for doubt in find_caveats(candidate.figures[0], review.task.output, candidate.rows):
        _say(doubt)
    _say(f"{counts.better} better · {counts.same} same · {counts.worse} worse of {counts.total}")
    _head("Gates")
    for gate in candidate.gates:
        advisory = "" if gate.binding else "  advisory"
        _say(f"  {'✓' if gate.passed else '✗'} {gate.name} ({gate.figure.replace('-', '−')}){advisory}")
    replaced = f"{len(review.incumbent.versions)} snippets" if review.incumbent.versions else BARE_BASE
    _head(f"What changes, against the prompt it was compared with: {replaced}")
    changes(snippet_changes(review.incumbent.versions, review.composition.versions))
    _regressions(review)
    _verdicts(status)
    _comments(comments)
    _head(f"Approvals {len(status.approvals)} of {status.approvals_needed}{_names(status.approvals)}")
    if status.release is None and status.state != "rescored":
        _list("In the way of your approval:", status.approval_blockers_for(me))
        _list("In the way of a release:", status.release_blockers())
    out.print()
    _say(next_command(status, me))


def changes(found: Sequence[SnippetChange]) -> None:
    """Print what happens to each snippet, a line each."""
    for one in found:
        version = f"v{one.now.version}"
        if one.before is not None and one.after is not None and one.before.version != one.after.version:
            version = f"v{one.before.version} → v{one.after.version}"
        _say(f"  {SIGNS[one.kind]} {one.now.key} {version}  {one.now.text}")


def next_command(status: ReviewStatus, me: Person) -> str:
    """Return what this person can do next, with the command to type."""
    step, candidate = next_step(status, me), status.candidate
    here = candidate.id
    match step.kind:
        case "go on with the successor":
            return f"It was scored again: composer review {step.number}"
        case "in use":
            return f"Export it with: composer export {candidate.task} --target {candidate.target} --out DIR"
        case "make current again":
            return f'Make it current again with: composer rollback {step.number} --reason "…"'
        case "score again":
            return f"Score it again with: composer rescore {here}"
        case "turned down":
            way = f'composer dismiss {here} --verdict {step.number} --reason "…"'
            return f"It was turned down, which can be dismissed: {way}"
        case "sign in":
            return "People sign in to this home, and only they decide: open the app with composer app"
        case "release":
            return f'Release it with: composer release {here} --reason "…"'
        case "await a releaser":
            return "Someone with the role releaser can release it"
        case "await a reviewer":
            return "A reviewer decides"
        case _:
            return _while_deciding(step, here)


def _while_deciding(step: NextStep, here: int) -> str:
    match step.kind:
        case "resolve regressions":
            acceptable = f'composer dispose {here} ID --as acceptable --reason "…"'
            return f"Resolve each regression: {acceptable} (or --as blocks)"
        case "gate fails":
            ask, other = f'composer request-changes {here} --reason "…"', "override" if step.may else "no-go"
            return f"A gate fails, so it can't be approved: {ask} (or composer {other} {here})"
        case "decide":
            return f'Decide with: composer approve {here} --reason "…" (or request-changes, no-go, comment)'
        case "settle a verdict":
            way = f"approve {here}" if step.may else f"dismiss {here} --verdict {step.number}"
            return f'Once that is settled: composer {way} --reason "…"'
        case "settle a regression":
            return f'Once that is settled: composer dispose {here} {step.example} --as acceptable --reason "…"'
        case "settle a correction":
            return "The Candidate page has the open correction: a second person confirms or rejects it there"
        case _:
            return f"It waits: {'; '.join(step.reasons) or 'see above'}"


def as_json_value(review: Review) -> dict[str, Any]:
    """Return where a candidate stands as one JSON value."""
    candidate, status = review.candidate, review.status
    return {
        "candidate": candidate.id,
        "task": candidate.task,
        "target": candidate.target,
        "state": status.state,
        "keys": list(review.composition.keys),
        **candidate.evidence.as_json("figures", "gates", "counts"),
        "stale": list(status.stale),
        "obstacles": list(status.approval_blockers),
        "blocks": list(status.reviewer_blocks),
        "missing": status.missing,
        "approvals": list(status.approvals),
        "approvals_needed": status.approvals_needed,
        "regressions": {
            one: status.dispositions[one].kind if one in status.dispositions else None
            for one in candidate.regressions
        },
        "verdicts": [
            {"id": one.id, "kind": one.kind, "reviewer": one.reviewer, "reason": one.reason}
            for one in status.verdicts
        ],
        "release": status.release.id if status.release else None,
        "successor": status.successor,
    }


def _regressions(review: Review) -> None:
    status, names = review.status, review.candidate.regressions
    if not names:
        return
    _head(f"Regressions: {len(names) - len(status.unresolved)} of {len(names)} resolved, the worst first")
    rows = {row.example_id: row for row in review.candidate.rows}
    for name in names[:MOST_SHOWN]:
        word = status.dispositions.get(name)
        said = f"{word.kind} ({word.reviewer}): {word.reason}" if word else "unresolved"
        _say(f"  {name}  loss {rows[name].change:+.2f}  {said}")
    _more(len(names))


def _verdicts(status: ReviewStatus) -> None:
    if not status.verdicts:
        return
    counting = {one.id for one in effective_verdicts(status.verdicts)}
    _head("Verdicts")
    for one in status.verdicts:
        about = "" if one.about is None else f" verdict {one.about}"
        past = "" if one.id in counting or one.kind in ("dismiss", "override") else "  (no longer counts)"
        _say(f"  {one.id}  {one.reviewer}: {one.kind}{about}: {one.reason}{past}")


def _comments(comments: Sequence[Comment]) -> None:
    if not comments:
        return
    open_ones = [one for one in comments if one.resolved_at is None]
    _head(f"Comments: {len(open_ones)} open of {len(comments)}")
    for one in open_ones[:MOST_SHOWN]:
        on = "" if one.kind == "candidate" else f" on {one.kind} {one.name}"
        past = ", outdated" if one.outdated else ""
        carried = f" (from candidate {one.candidate_id}{past})" if one.carried else ""
        _say(f"  {one.author}{on}{carried}: {one.text}")
    _more(len(open_ones))


def _more(total: int) -> None:
    if total > MOST_SHOWN:
        _say(f"  … and {total - MOST_SHOWN} more: the app and --json have all of them")


def _list(head: str, lines: Sequence[str]) -> None:
    if lines:
        _say(head)
    for line in lines:
        _say(f"  {line}")


def _names(people: Sequence[str]) -> str:
    return f": {', '.join(people)}" if people else ""


def _head(text: str) -> None:
    out.print()
    _say(text)


def _say(line: str) -> None:
    out.print(line.translate(_CONTROLS), markup=False, highlight=False, soft_wrap=True)
