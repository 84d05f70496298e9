"""A prompt that a model has rewritten freely: asked about authoring examples alone, and never part of a prompt."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

from composer.task.task import SplitName
from library.canonical import digest, text_digest
from library.errors import Refused


@dataclass(frozen=True)
class Rewrite:
    """A whole prompt of free text, from which drafts of snippets may be mined.

    It is no `Composition`, and none can be made of it: nobody vetted a word of it. So it is asked about authoring
    examples, on which nothing is ever measured for a review, and about no others. Its answers are kept like all
    others, since they were paid for, under a fingerprint that is never a composition's. Raises `Refused` for an
    empty text.
    """

    splits: ClassVar[frozenset[SplitName]] = frozenset({"authoring"})

    text: str = field(repr=False)

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise Refused("a rewritten prompt is empty", fix="Nothing was asked.")

    @cached_property
    def fingerprint(self) -> str:
        """Identity of the text, as sha256 in hex; never that of a composition."""
        return digest({"rewrite": text_digest(self.text)})
