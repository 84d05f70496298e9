"""A candidate on the terminal, from its figures down to what comes next, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from composer.cli.common import out, say
from composer.cli.figures_table import BAD, MARKS, comparison
from composer.cli.next_commands import show_next
from composer.cli.prompt_changes import changes
from composer.evaluation.formatting import WORTH
from composer.evaluation.outcomes import Difference, Gate, MalformedAnswer
from composer.models.system_role import PLACES
from composer.prompts.changes import prompt_changes
from composer.prompts.composition import BARE_BASE
from composer.review.blockers import blocker_texts, joined
from composer.review.comments import Comment
from composer.review.counting import effective_verdicts
from composer.review.next_step import next_step
from composer.review.status import Review, ReviewStatus
from library.canonical import canonical_bytes
from library.roles import Person

if TYPE_CHECKING:
    from composer.analysis.people import BesidePeople
    from composer.evaluation.dev_and_test import DevTestGap

MEASURED = ("figures", "gates", "counts")
"""The parts of the evidence that the JSON of a review holds."""
MOST_SHOWN = 10
"""Regressions, malformed answers and comments that are listed; the app has all of them."""


def show(
    review: Review,
    comments: Sequence[Comment],
    me: Person,
    people: BesidePeople | None = None,
    cost: Difference | None = None,
    texts: Mapping[str, str] | None = None,
    caveats: Sequence[str] = (),
    gap: DevTestGap | None = None,
) -> None:
    """Print a candidate: figures, gates, what changes, who decided what, what is in its way, what comes next.

    `texts` hold what the examples of `listed` begin with, by id; `caveats` speak against the gain, and `gap`
    is how much of the search's estimate is left of it on test.
    """
    candidate, status = review.candidate, review.status
    say(f"{candidate.task} → {candidate.target} · candidate {candidate.id} · {status.state}", style="bold")
    made = f"{candidate.created_at:%Y-%m-%d %H:%M} UTC"
    base = "" if candidate.base is None else f", on base {candidate.base}"
    say(f"proposed by {candidate.proposed_by} from run {candidate.run_id}, {made}{base}", style="dim")
    if served := candidate.evidence.target.served:
        names = "; ".join(f"{one.model} {one.fingerprint}".strip() for one in served)
        say(f"answered by {names}, as it was reported", style="dim")
    if (system := candidate.evidence.target.system) != "role":
        say(f"its prompt is sent as the {PLACES[system]}", style="dim", hang=2)
    for why in status.stale:
        say(f"! Stale: {why}", style=BAD, hang=2)
    for notice in status.notices:
        say(f"! {notice[:1].upper()}{notice[1:]}", hang=2)
    out.print()
    known = {one.name: one for one in candidate.figures}
    out.print(comparison(tuple({**known, "cost": cost}.values() if cost else known.values())))
    say(f"Seconds: {WORTH}.", style="dim", hang=2)
    counts = candidate.outcome.counts
    say(f"{counts.better} better · {counts.same} same · {counts.worse} worse of {counts.total}")
    if people:
        say(f"People: {people.person};", hang=2)
        say(f"  {people.way}", hang=2)
    if gap is not None:
        say(f"Dev and test: {gap.sides}.", hang=2)
        say(f"  {gap.meaning}", style="dim", hang=2)
    for caveat in caveats:
        say(f"! {caveat}", style=BAD, hang=2)
    _gates(candidate.gates)
    _head(f"What changes, compared with {_replaced(review)}")
    changes(prompt_changes(review.incumbent, review.composition))
    _regressions(review, texts or {})
    _outside(review, people, texts or {})
    _malformed(review.candidate.evidence.malformed)
    _verdicts(status)
    _comments(comments)
    _ways(status, me)
    out.print()
    show_next(next_step(status, me), status)


def as_json_value(
    review: Review,
    people: BesidePeople | None = None,
    spent: Sequence[Difference] = (),
    caveats: Sequence[str] = (),
    gap: DevTestGap | None = None,
) -> dict[str, Any]:
    """Return a candidate with its status as one JSON value; figures, gates and counts as evidence is stored.

    `spent` is what the answers took, with the intervals that evidence has none of; `caveats` and `gap` are as
    in `show`.
    """
    candidate, status = review.candidate, review.status
    measured = json.loads(canonical_bytes(candidate.evidence.as_json(*MEASURED)))
    return {
        "candidate": candidate.id,
        "task": candidate.task,
        "target": candidate.target,
        "state": status.state,
        "keys": list(review.composition.keys),
        **({"base": candidate.base, "incumbent_base": candidate.incumbent_base} if _rebased(review) else {}),
        **{name: measured[name] for name in MEASURED},
        "stale": list(status.stale),
        "notices": list(status.notices),
        "obstacles": blocker_texts(status.approval_blockers),
        "blocks": blocker_texts(status.reviewer_blocks),
        "missing": joined(status.missing_approvals),
        "approvals": list(status.approvals),
        "approvals_needed": status.approvals_needed,
        "regressions": {
            one: status.dispositions[one].kind if one in status.dispositions else None
            for one in candidate.regressions
        },
        "malformed": [asdict(one) for one in candidate.evidence.malformed],
        "verdicts": [
            {"id": one.id, "kind": one.kind, "reviewer": one.reviewer, "reason": one.reason}
            for one in status.verdicts
        ],
        "release": status.release.id if status.release else None,
        "successor": status.successor,
        **({"people": people.as_json()} if people else {}),
        **({"spending": [asdict(one) for one in spent]} if spent else {}),
        **({"caveats": list(caveats)} if caveats else {}),
        **({"dev_and_test": gap.as_json()} if gap else {}),
    }


def _rebased(review: Review) -> bool:
    """Whether either side has a base that isn't the task's own."""
    return (review.candidate.base, review.candidate.incumbent_base) != (None, None)


def _replaced(review: Review) -> str:
    number, base = len(review.incumbent.versions), review.candidate.incumbent_base
    snippets = f"{number} snippets" if number else ""
    if base is None:
        return f"the {snippets} in use then" if snippets else BARE_BASE
    return f"base {base}{' with ' * bool(snippets)}{snippets}, in use then"


def _gates(gates: Sequence[Gate]) -> None:
    _head(f"Gates: {sum(gate.passed for gate in gates)} of {len(gates)} pass")
    for gate in gates:
        advisory = "" if gate.binding else "  advisory: holds nothing up"
        _marked(gate.passed, f"{gate.name}: {gate.text}{advisory}")


def listed(review: Review, people: BesidePeople | None) -> tuple[str, ...]:
    """Return the ids of the examples that `show` lists: the worst regressions, and answers far from people's."""
    outside = () if people is None else _farthest(review, people)
    return tuple(dict.fromkeys((*review.candidate.regressions[:MOST_SHOWN], *outside)))


def _farthest(review: Review, people: BesidePeople) -> list[str]:
    losses = {row.example_id: row.candidate_loss for row in review.candidate.rows}
    return sorted(people.outside, key=lambda one: -losses[one])[:MOST_SHOWN]


def _begins(texts: Mapping[str, str], name: str) -> str:
    return f"  “{texts[name]}”" if name in texts else ""


def _regressions(review: Review, texts: Mapping[str, str]) -> None:
    status, names = review.status, review.candidate.regressions
    if not names:
        return
    _head(f"Regressions: {len(names) - len(status.unresolved)} of {len(names)} resolved, the worst first")
    rows = {row.example_id: row for row in review.candidate.rows}
    for name in names[:MOST_SHOWN]:
        given = status.dispositions.get(name)
        text = f"{given.kind} ({given.reviewer}): {given.reason}" if given else "unresolved"
        resolved = given is not None and given.kind != "blocks"
        _marked(resolved, f"{name}  loss {rows[name].change:+.2f}  {text}{_begins(texts, name)}")
    _more(len(names))


def _outside(review: Review, people: BesidePeople | None, texts: Mapping[str, str]) -> None:
    """Print the examples whose answer by the candidate nobody's rating comes near to, the largest loss first."""
    if people is None or not people.outside:
        return
    _head(f"Outside people's range: {len(people.outside)} of {people.total} answers, the largest loss first")
    rows = {row.example_id: row for row in review.candidate.rows}
    for name in _farthest(review, people):
        value = rows[name].candidate_value
        answer = "malformed" if value is None else value if isinstance(value, str) else f"{value:g}"
        say(f"  ✗ {name}  answer {answer}, people {people.within[name].people}{_begins(texts, name)}", hang=4)
    _more(len(people.outside))


def _malformed(found: Sequence[MalformedAnswer]) -> None:
    """Print each malformed answer: the example, the prompt that got it, why it is, and what was reported of it."""
    if not found:
        return
    before = sum(one.side == "incumbent" for one in found)
    _head(f"Malformed answers: {before} before, {len(found) - before} after")
    for one in found[:MOST_SHOWN]:
        prompt = "before" if one.side == "incumbent" else "after"
        ended = f", finish_reason {one.finish_reason}" if one.finish_reason else ""
        refusal = f", refusal: {one.refusal}" if one.refusal and one.refusal not in one.error else ""
        say(f"  {one.example_id}  {prompt}: {one.error}{ended}{refusal}", hang=4)
    _more(len(found))


def _verdicts(status: ReviewStatus) -> None:
    if not status.verdicts:
        return
    counting = {one.id for one in effective_verdicts(status.verdicts)}
    _head("Verdicts")
    for one in status.verdicts:
        about = "" if one.about is None else f" verdict {one.about}"
        past = "" if one.id in counting or one.kind in ("dismiss", "override") else "  (no longer counts)"
        say(
            f"  {one.id}  {one.reviewer}: {one.kind}{about}: {one.reason}{past}",
            style="dim" if past else "",
            hang=6,
        )


def _comments(comments: Sequence[Comment]) -> None:
    if not comments:
        return
    open_ones = [one for one in comments if one.resolved_at is None]
    _head(f"Comments: {len(open_ones)} open of {len(comments)}")
    for one in open_ones[:MOST_SHOWN]:
        on = "" if one.kind == "candidate" else f" on {one.kind} {one.name}"
        past = ", outdated" if one.outdated else ""
        carried = f" (from candidate {one.candidate_id}{past})" if one.carried else ""
        say(f"  {one.author}{on}{carried}: {one.text}", hang=4)
    _more(len(open_ones))


def _ways(status: ReviewStatus, me: Person) -> None:
    """Print who approved, and what is in the way of a release or of this person's approval."""
    names = f": {', '.join(status.approvals)}" if status.approvals else ""
    _head(f"Approvals: {len(status.approvals)} of {status.approvals_needed}{names}")
    if status.release is not None or status.state == "rescored":
        return
    for head, blockers in (
        ("In the way of a release:", status.release_blockers),
        ("In the way of your approval:", status.own_blockers(me)),
    ):
        if blockers:
            say(head)
        for text in blocker_texts(blockers):
            _marked(False, text)


def _more(total: int) -> None:
    if total > MOST_SHOWN:
        say(f"  … and {total - MOST_SHOWN} more: the app and --json have all of them")


def _head(text: str) -> None:
    out.print()
    say(text, style="bold")


def _marked(good: bool, text: str) -> None:
    say("  ", MARKS[good], f" {text}", hang=4)
