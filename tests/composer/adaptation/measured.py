"""One prompt on one target, as an adaptation's outcome has it."""

from __future__ import annotations

from composer.adaptation.outcome import Side, SideKind


def side(kind: SideKind, composite: float = 8.0, *, target: str = "other", valid_rate: float = 1.0) -> Side:
    return Side(
        kind=kind,
        target=target,
        keys=("exact",),
        composite=composite,
        low=composite - 1,
        high=composite + 1,
        valid_only=composite,
        valid_rate=valid_rate,
        seconds=0.5,
        n=100,
    )
