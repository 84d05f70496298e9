"""What comes next for a candidate, in the words of its page."""

from __future__ import annotations

from collections.abc import Mapping

from composer.review.blockers import OBJECTIONS, BlockerKind, joined
from composer.review.next_step import NextStep, StepKind
from ui.shell.html import count

WORDS: Mapping[StepKind, str] = {
    "review successor": "Go on with candidate {number}, which this one became.",
    "in use": "Nothing: it is the prompt in use.",
    "replaced": "Nothing: another prompt was released since. {back}",
    "rescore": "Score it again (below): its evidence no longer holds.",
    "search again": "Start a new run: {stale}.",
    "vet": "A curator decides on the draft, by vetting or rejecting it: {stale}.",
    "turned down": "Nothing: a reviewer turned it down, and no run proposes it again on this evidence.",
    "not let through": "Nothing: it was measured and not let through: {gates}. All that was measured stays here.",
    "release": "Release it, at the end of the page.",
    "await releaser": "A releaser can release it.",
    "sign in": "People sign in to this home, and only they decide.",
    "await reviewer": "A reviewer decides; you may read it all, and save it as a review pack.",
    "await others": "Somebody else has to approve: {about}.",
    "dispose": "Resolve {regressions} (key n opens the worst): acceptable, it blocks, or its label is wrong. "
    "Then decide.",
    "gate fails": "It can't be approved: {gates}.",
    "decide": "Read on, and give your verdict at the end of the page.",
    "settle": "",
    "await approvals": "It waits for {approvals}.",
}
"""Each kind of step as a sentence or two; what reviewers object to is put before it."""

WAITED_FOR: tuple[BlockerKind, ...] = ("approval lapsed", "approvals missing", "one local person")
"""What a candidate waits for that lacks approvals."""
DECIDED: tuple[StepKind, ...] = ("replaced", "turned down")
"""Steps whose sentence names the objections, or needs none of them settled."""


def next_step_text(step: NextStep) -> str:
    """Return in a sentence or two what there is to do now, and who can do it; plain text."""
    objections = [one for one in step.blockers if one.kind in OBJECTIONS]
    unresolved = sum(one.count for one in step.blockers if one.kind == "unresolved regressions")
    back = "It can't be rolled back to: {}." if step.blockers else "Prompts can roll back to it."
    sentence = WORDS[step.kind].format(
        number=step.number,
        back=back.format(joined(step.blockers)),
        about=joined([step.about] if step.about else []),
        regressions=count(unresolved, "regression"),
        stale="; ".join(one.what for one in step.blockers if one.kind == "stale"),
        gates=joined(one for one in step.blockers if one.kind == "gate fails"),
        approvals=joined(one for one in step.blockers if one.kind in WAITED_FOR),
    )
    first = f"Settle this first: {joined(objections)}." if objections and step.kind not in DECIDED else ""
    return " ".join(filter(None, (first, sentence)))
