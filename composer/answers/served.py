"""Which model a server says it answered with: answers of another one are never mixed with those stored."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from composer.models.answer import Answer
from composer.models.target import Target
from library.errors import Refused


@dataclass(frozen=True)
class Served:
    """The model's name and the fingerprint of its system as a server reports them, each empty where it doesn't."""

    model: str
    fingerprint: str

    def __str__(self) -> str:
        return " ".join(filter(None, (self.model, self.fingerprint)))


UNSEEN = (
    "The server reports no system_fingerprint, so another model behind its address would go unnoticed: if it has "
    "one now, give the target another `revision`, and nothing stored before is reused."
)


def may_change_unseen(target: Target, known: Iterable[Served]) -> bool:
    """Whether another model could answer for a target without a report of it: then reuse has to be pointed out."""
    return target.kind == "server" and not any(one.fingerprint for one in known)


class ModelChanged(Refused):
    """A server answers a target with another model than the one whose answers are stored."""


class SameModel:
    """Holds a target to the model whose answers it has: `known` are those reported with the stored ones.

    The first report counts where none is known. The words of the target's revision are expected, too: a server
    may have several fingerprints in turn.
    """

    def __init__(self, target: Target, known: Iterable[Served]) -> None:
        known = tuple(known)
        self._target = target
        self._expected = frozenset((target.revision or "").split())
        self._models = {one.model for one in known} - {""}
        self._fingerprints = {one.fingerprint for one in known} - {""}

    def check(self, answer: Answer) -> None:
        """Take note of an answer's model; raises `ModelChanged` where it is another one."""
        self._check(answer.served_model, self._models, "model")
        self._check(answer.system_fingerprint, self._fingerprints, "system_fingerprint")

    def _check(self, reported: str, known: set[str], what: str) -> None:
        if known and reported and reported not in known and _word(reported) not in self._expected:
            raise self._changed(reported, known, what)
        known |= {reported} - {""}

    def _changed(self, reported: str, known: set[str], what: str) -> ModelChanged:
        target, before = self._target, ", ".join(sorted(known))
        several = " ".join([target.revision or " ".join(map(_word, sorted(known))), _word(reported)])
        return ModelChanged(
            f"the server now reports the {what} {reported}, and this target's answers so far are of {before}",
            where=f"target {target.name}" + (f" at {target.api_base}" if target.api_base else ""),
            fix=f"Write `revision: {json.dumps(_word(reported))}` in the target file and add it again: a revision "
            f"has answers of its own. If the server has them in turn, name all: `revision: {json.dumps(several)}`."
            " Nothing of what it answered now was stored.",
        )


def _word(reported: str) -> str:
    """Return what a server reports as one word, as a revision can name it."""
    return "-".join(reported.split())[:100]
