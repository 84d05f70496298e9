"""Prompts in use that are below their threshold, as lines in the terminal."""

from __future__ import annotations

from composer.cli.common import say
from composer.cli.figures_table import BAD
from composer.drift.marks import Mark


def say_mark(mark: Mark) -> None:
    """Print that a prompt in use is below its threshold, and what to do about it."""
    release = mark.release
    say(
        (f"! Release {release.id} ({release.task} → {release.target}) is below its threshold: {mark.what}.", BAD),
    )
    say(f"  {mark.next_step}")
