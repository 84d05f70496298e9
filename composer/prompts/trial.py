"""A draft on trial: the prompt in use with a line that nobody has vetted, asked about authoring examples alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

from composer.prompts.composition import Composition, UnvettedText, put_together
from composer.task.task import SplitName
from library.canonical import digest, text_digest
from library.errors import Refused
from library.lint import problems


@dataclass(frozen=True)
class Trial:
    """The prompt in use with a draft's line added, or in place of the text that the draft's key has in it.

    It is no `Composition`, and none can be made of it: it holds a line that nobody vetted. So it is asked about
    authoring examples, on which nothing is ever measured for a review, and about no others. A line that is added
    stands after the others, but before those that are pinned last.

    Raises `Refused` for a line that can't be a snippet's text, or that the prompt has already, and `UnvettedText`
    where the prompt it is added to is not a composition.
    """

    splits: ClassVar[frozenset[SplitName]] = frozenset({"authoring"})

    prompt: Composition
    line: str = field(repr=False)
    key: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.prompt, Composition):
            raise UnvettedText("a draft is tried in the prompt in use, which is made of vetted snippets alone")
        if found := problems(self.line):
            raise Refused(f"the draft's text {', and '.join(found)}", fix="Correct it: nothing was asked.")
        if any(one.text == self.line for one in self.prompt.versions):
            raise Refused("the prompt in use has this very line", fix="Change the draft, and try it then.")

    @property
    def replaces(self) -> bool:
        """Whether the draft takes the place of another text of its key."""
        return self.key in self.prompt.keys

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines in the slot, in order."""
        versions = self.prompt.versions
        if self.replaces:
            return tuple(self.line if one.key == self.key else one.text for one in versions)
        texts = [one.text for one in versions]
        texts.insert(self._place(), self.line)
        return tuple(texts)

    def _place(self) -> int:
        place = len(self.prompt.versions)
        while place and self.prompt.versions[place - 1].pin == "last":
            place -= 1
        return place

    @cached_property
    def text(self) -> str:
        """The prompt, as it is sent."""
        return put_together(self.prompt.base, self.lines)

    @cached_property
    def fingerprint(self) -> str:
        """Identity of the parts, as sha256 in hex; never that of a composition."""
        return digest({"trial": [text_digest(one) for one in self.lines], "base": text_digest(self.prompt.base)})
