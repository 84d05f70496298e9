"""The one constructor of prompt text: a base and an ordered tuple of vetted snippet versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from composer.task.task import SLOT, SPLITS, SplitName
from library.canonical import digest, text_digest
from library.errors import Refused
from library.versions import SnippetVersion

BARE_BASE = "the bare base"
"""What a base without any snippet is called."""


_LEFT = {
    "draft": "Vet it first, or leave it out.",
    "rejected": "Leave it out, or write another draft.",
    "retired": "A new run finds a prompt without it; an earlier release may do meanwhile.",
}
"""What to do about a version that isn't vetted, by its state."""


class UnvettedText(Refused):
    """A prompt holds text that is neither the task's base nor a vetted snippet version."""


@dataclass(frozen=True)
class Composition:
    """A base with snippet versions in its slot; same parts, same bytes, same fingerprint.

    Raises `UnvettedText` when a version isn't vetted, appears twice, or its text isn't the text it was vetted as.
    """

    splits: ClassVar[frozenset[SplitName]] = frozenset(SPLITS)

    base: str
    versions: tuple[SnippetVersion, ...] = ()

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for version in self.versions:
            if version.state != "vetted":
                raise UnvettedText(
                    f"snippet {version.key} v{version.version} is {version.state}, not vetted",
                    fix=_LEFT.get(version.state, _LEFT["draft"]),
                )
            if text_digest(version.text) != version.sha256:
                raise UnvettedText(
                    f"the text of snippet {version.key} v{version.version} is not the text that was vetted",
                    fix="Restore the database from a backup: version rows never change.",
                )
            if version.key in seen:
                raise UnvettedText(f"snippet {version.key} appears twice in one composition")
            seen.add(version.key)

    @property
    def keys(self) -> tuple[str, ...]:
        """Snippet keys in order."""
        return tuple(version.key for version in self.versions)

    @cached_property
    def text(self) -> str:
        """The prompt: the base with its slot line replaced by the snippets, a line each."""
        return put_together(self.base, [version.text for version in self.versions])

    @cached_property
    def fingerprint(self) -> str:
        """Identity of the parts, as sha256 in hex."""
        return digest(
            {
                "base": text_digest(self.base),
                "snippets": [[version.key, version.version, version.sha256] for version in self.versions],
            }
        )


def require_composed(*prompts: Composition) -> None:
    """Raise `UnvettedText` for what is no composition at run time either, whatever it was declared as."""
    for one in prompts:
        if not isinstance(one, Composition):
            raise UnvettedText(
                f"a {type(one).__name__.lower()} is no composition: it may hold a line that nobody vetted",
                fix="Vet the line: then it can be part of a prompt.",
            )


def put_together(base: str, lines: Sequence[str]) -> str:
    """Return a base with these lines in place of its slot.

    Only vetted lines make a prompt (`Composition`); a draft's may be tried (`Trial`).
    """
    prompt: list[str] = []
    for line in base.split("\n"):
        prompt += lines if line == SLOT else [line]
    return "\n".join(prompt)
