"""What comes next for a candidate, in the words of the terminal: a sentence, and the commands to type."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping

from composer.cli.common import say
from composer.review.blockers import OBJECTIONS, Blocker, joined
from composer.review.next_step import NextStep, StepKind, Verb
from composer.review.status import ReviewStatus

WORDS: Mapping[StepKind, str] = {
    "review successor": "it was scored again as candidate {number}. Review that one",
    "rescore": "score it again, since its evidence no longer holds",
    "search again": "find another with a new run: {stale}",
    "vet": "a curator decides on the draft, by `composer library vet` or `reject`: {stale}",
    "in use": "export it: it is the prompt in use",
    "replaced": "nothing. Another prompt was released since{back}",
    "turned down": "nothing, unless an admin dismisses it: {about}, and no run proposes it again on this evidence",
    "not let through": "nothing can approve it as it is: {gates}",
    "release": "release it",
    "await releaser": "someone with the role releaser can release it",
    "sign in": "people sign in to this home, and only they decide. Open the app",
    "await reviewer": "a reviewer decides",
    "await others": "somebody else has to approve: {about}",
    "dispose": "resolve {count} regression{s}, then decide",
    "gate fails": "it can't be approved: {gates}",
    "decide": "decide",
    "settle": "settle this first: {objections}",
    "await approvals": "it waits for {approvals}",
}
"""Each kind of step, after the word Next."""
EFFECTS: Mapping[Verb | None, str] = {
    "approve": "counts towards its release",
    "request-changes": "holds its release up",
    "no-go": "turns it down",
    "override": "lets it pass although a gate fails",
    "comment": "decides nothing",
}
"""What the commands do of which several can be chosen from."""


def show_next(step: NextStep, status: ReviewStatus) -> None:
    """Print what comes next, and each command for it on a line of its own."""
    say(("Next: ", "bold"), f"{sentence(step)}.", hang=2)
    found = list(commands(step, status))
    effects = [EFFECTS.get(verb, "") if len(found) > 1 else "" for verb, _ in found]
    width = max((len(command) for _, command in found), default=0)
    for (_, command), effect in zip(found, effects, strict=True):
        gap = " " * (width - len(command) + 2) if effect else ""
        say("  ", (command, "bold"), (f"{gap}{effect}", "dim"))


def sentence(step: NextStep) -> str:
    """Return what comes next, without its commands."""
    unresolved = sum(one.count for one in step.blockers if one.kind == "unresolved regressions")
    back = f", and it can't be rolled back to: {joined(step.blockers)}" if step.blockers else ""
    return WORDS[step.kind].format(
        number=step.number,
        back=back or ("; it can be made current again" if step.verbs else ""),
        about=joined([step.about] if step.about else []),
        count=unresolved,
        s="s" * (unresolved != 1),
        gates=_of(step, "gate fails"),
        stale="; ".join(one.what for one in step.blockers if one.kind == "stale"),
        objections=_of(step, *OBJECTIONS),
        approvals=_of(step, "approvals missing", "approval lapsed", "one local person"),
    )


def commands(step: NextStep, status: ReviewStatus) -> Iterator[tuple[Verb | None, str]]:
    """Yield each command that this person can type, with its verb; None for one that changes nothing."""
    candidate = status.candidate
    if step.kind == "review successor":
        yield None, f"composer review {step.number}"
    if step.kind == "sign in":
        yield None, "composer app"
    for verb in step.verbs:
        match verb:
            case "export":
                yield verb, f"composer export {candidate.task} --target {candidate.target} --out DIR"
            case "compose":
                yield verb, f"composer compose {candidate.task} --target {candidate.target}"
            case "rescore":
                yield verb, f"composer rescore {candidate.id}"
            case "rollback":
                yield verb, f'composer rollback {step.number} --reason "…"'
            case "dispose":
                for example, kind in _dispositions(step, status):
                    yield verb, f'composer dispose {candidate.id} {example} --as {kind} --reason "…"'
            case _:
                yield verb, f'composer {verb} {candidate.id}{_argument(verb, step.about)} --reason "…"'


def _dispositions(step: NextStep, status: ReviewStatus) -> list[tuple[str, str]]:
    """Return which example can be given which disposition: the one that blocks, or the worst unresolved one."""
    if step.about is not None and step.about.kind == "regression blocks":
        return [(shlex.quote(step.about.what), "acceptable")]
    worst = shlex.quote(status.unresolved[0])
    rest = [("all", "acceptable")] if len(status.unresolved) > 1 else []
    return [(worst, "acceptable"), (worst, "blocks"), (worst, "label-is-wrong --label LABEL"), *rest]


def _argument(verb: Verb, about: Blocker | None) -> str:
    """Return which verdict is dismissed, or of which example a correction is rejected."""
    if about is None:
        return ""
    return {"dismiss": f" --verdict {about.number}", "reject-label": f" {shlex.quote(about.what)}"}.get(verb, "")


def _of(step: NextStep, *kinds: str) -> str:
    return joined(one for one in step.blockers if one.kind in kinds)
