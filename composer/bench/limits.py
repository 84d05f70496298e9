"""Figures of a benchmark held against their limits: which are over, and all of them as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.table import Table


@dataclass(frozen=True)
class Limits:
    """What figures must stay under, by name, and what each figure is called; one without a limit is only shown."""

    most: Mapping[str, float]
    names: Mapping[str, str]

    def broken(self, figures: Mapping[str, float]) -> tuple[str, ...]:
        """Return the names of the figures that are over their limit."""
        return tuple(name for name, limit in self.most.items() if figures[name] >= limit)

    def table(self, figures: Mapping[str, float]) -> Table:
        """Return the figures beside their limits, as a table to print."""
        shown = Table("what", "figure", "limit", "")
        for name, value in figures.items():
            limit = self.most.get(name)
            verdict = "" if limit is None else ("over" if name in self.broken(figures) else "within")
            shown.add_row(self.names[name], f"{value:,}", "—" if limit is None else f"{limit:,}", verdict)
        return shown
