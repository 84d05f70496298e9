"""A head start: what other targets' answers let a search expect of each snippet; `carrying_over` learns it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter


@dataclass(frozen=True)
class Known:
    """What is expected of a snippet on another target: the loss it saves, its variance, and its kind."""

    gain: float
    variance: float
    kind: str


@dataclass(frozen=True)
class Source:
    """A target that a prior was learnt from, and how many of its answers that took."""

    target: str
    cells: int


@dataclass(frozen=True)
class Prior:
    """What other targets' answers let expect of a new one.

    `snippets` maps a key to what is known of it; a key that none of them tried is not in it. `carry` maps a kind
    of snippet to how far effects have carried over between the sources, in [0, 1]. `scale` is the variance of
    what a snippet does, in squared loss, where nothing is known of it.
    """

    snippets: Mapping[str, Known]
    carry: Mapping[str, float]
    scale: float
    sources: tuple[Source, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the prior as what `json.dumps` takes; `from_json` reads it back."""
        return asdict(self)

    @staticmethod
    def from_json(content: Mapping[str, Any]) -> Prior:
        """Return the prior that `as_json` gave; raises pydantic's ValidationError for anything else."""
        return _PRIOR.validate_python(content)


_PRIOR: TypeAdapter[Prior] = TypeAdapter(Prior)
