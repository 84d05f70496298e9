"""One thing that lint finds about a draft."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["form", "smuggling", "leak", "scale", "format", "duplicate", "contradiction", "rejected"]
Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """What is wrong with a text, or may be: an error keeps it from being stored, a warning needs a reason.

    `what` is a phrase without a full stop that begins in small letters, `fix` a sentence, empty where there is
    nothing more to say. `similar` is the key of the snippet that it is near to, where there is one, and
    `similarity` how near, in [0, 1].
    """

    kind: Kind
    severity: Severity
    what: str
    fix: str = ""
    similar: str | None = None
    similarity: float | None = None

    @property
    def is_error(self) -> bool:
        """Whether it keeps the text from being stored."""
        return self.severity == "error"


def once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings with the errors first, and each only once."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda one: not one.is_error))
