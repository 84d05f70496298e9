"""What is in the way of an approval, a release or a rollback: facts, and the one wording of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

BlockerKind = Literal[
    "stale",
    "released",
    "rescored",
    "gate fails",
    "unresolved regressions",
    "approvals missing",
    "approval lapsed",
    "one local person",
    "changes requested",
    "no-go",
    "regression blocks",
    "correction open",
    "not a reviewer",
    "approval excluded",
    "not a releaser",
    "current release",
    "not readable",
]
OBJECTIONS: tuple[BlockerKind, ...] = ("changes requested", "no-go", "regression blocks", "correction open")
"""What reviewers put in the way: they or an admin have to settle it."""

BLOCKING_VERDICTS: Mapping[str, BlockerKind] = {"request changes": "changes requested", "no-go": "no-go"}
"""The kinds of verdict that are in a candidate's way, and what blocks it then."""


@dataclass(frozen=True)
class Blocker:
    """One thing in the way.

    `who` is the person it comes from or applies to, `what` the gate, the example or the reason, `detail` the
    gate's figure or what the policy asks for. `number` is the id of the verdict, candidate or release that it
    is about, `count` how many approvals or dispositions are missing; 0 where it is about none.
    """

    kind: BlockerKind
    who: str = ""
    what: str = ""
    detail: str = ""
    number: int = 0
    count: int = 0


WORDS: Mapping[BlockerKind, str] = {
    "stale": "stale: {what}",
    "released": "it is released already",
    "rescored": "it was scored again as candidate {number}",
    "gate fails": "the gate “{what}” fails: {detail}",
    "unresolved regressions": "{count} unresolved regression{s}",
    "approvals missing": "{count} more approval{s} ({detail})",
    "approval lapsed": "the approval of {who} no longer counts ({detail})",
    "one local person": "{detail}, and nobody signs in to this home: it has one local person",
    "changes requested": "{who} asked for changes",
    "no-go": "{who} gave a no-go",
    "regression blocks": "{who} marked {what} as blocking",
    "correction open": "the correction of {what} is open",
    "not a reviewer": "{who} is not a reviewer",
    "approval excluded": "{detail}: {who} is not among those who may",
    "not a releaser": "{who} does not have the role releaser",
    "current release": "release {number} is what is released now",
    "not readable": "{what}",
}
"""Each kind as the end of a sentence that names what it is in the way of."""


def blocker_text(blocker: Blocker, words: Mapping[BlockerKind, str] = WORDS) -> str:
    """Return one blocker in words; `words` has a wording of its own for the kinds it names."""
    wording = words.get(blocker.kind, WORDS[blocker.kind])
    return wording.format(
        who=blocker.who,
        what=blocker.what,
        detail=blocker.detail,
        number=blocker.number,
        count=blocker.count,
        s="" if blocker.count == 1 else "s",
    )


def blocker_texts(blockers: Iterable[Blocker]) -> list[str]:
    """Return each blocker in words, in their order."""
    return [blocker_text(one) for one in blockers]


def joined(blockers: Iterable[Blocker]) -> str:
    """Return all blockers as one line, separated by semicolons; empty for none."""
    return "; ".join(blocker_texts(blockers))
