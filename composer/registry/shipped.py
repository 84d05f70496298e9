"""Targets that come with the product: each is there to be named in a home that has not stored it yet."""

from __future__ import annotations

from pathlib import Path

from composer.models.target import Target, load_target

USUAL = "qwen2.5-coder-1.5b"
"""The target to try a task on that has none of its own."""
DATA = Path(__file__).resolve().parents[2] / "data"


def shipped_target_names() -> tuple[str, ...]:
    """Return the names of the targets that come with the product, the usual one first."""
    names = (file.stem for file in (DATA / "targets").glob("*.yaml"))
    return tuple(sorted(names, key=lambda name: (name != USUAL, name)))


def shipped_target(name: str) -> Target | None:
    """Return the target of this name that comes with the product; None where none does."""
    return load_target(DATA / "targets" / f"{name}.yaml") if name in shipped_target_names() else None
