"""What a model is asked with: a composition about any example, a trial or rewrite about authoring ones alone."""

from __future__ import annotations

from typing import ClassVar, Protocol

from composer.task.task import SplitName


class Askable(Protocol):
    """A prompt that is sent: its text, what its answers are filed under, and the splits it may be asked about."""

    splits: ClassVar[frozenset[SplitName]]

    @property
    def text(self) -> str:
        """The prompt, as it is sent."""

    @property
    def fingerprint(self) -> str:
        """Identity of its parts, as sha256 in hex."""
