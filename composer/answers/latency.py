"""How long an answer of a target takes, from the stored ones."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from composer.models.prices import Tokens
from composer.registry.targets import get_target
from composer.tables import CellRow

RECENT = 200
"""Stored answers, the newest, whose mean is how long one takes."""


FIRST_GUESS_SECONDS = 2.0
"""Seconds an answer where none was measured: an embedded model on two cores."""


@dataclass(frozen=True)
class Latency:
    """Seconds an answer takes on a target: the mean of `measured` stored answers, or a first guess at 0."""

    seconds: float
    measured: int


def lasting(seconds: float) -> str:
    """Return how long work on answers takes, in words: `about 40 s`, `about 7 min`."""
    minutes = seconds / 60
    return f"about {minutes:,.0f} min" if minutes >= 1.5 else f"about {max(seconds, 1):.0f} s"


def answer_latency(session: Session, target: str) -> Latency:
    """Return how long an answer of a target took lately (mean of the newest `RECENT` stored answers)."""
    return latency_by_hash(session, get_target(session, target).hash)


def latency_by_hash(session: Session, target: str, *, guess: float = FIRST_GUESS_SECONDS) -> Latency:
    """Return the same by a target's hash, whether or not it has a name; `guess` is for the first answer."""
    latest = (
        select(CellRow.seconds)
        .where(CellRow.target == target)
        .order_by(col(CellRow.answered_at).desc())
        .limit(RECENT)
    )
    seconds = session.exec(latest).all()
    if not seconds:
        return Latency(guess, 0)
    return Latency(sum(seconds) / len(seconds), len(seconds))


def answer_tokens(session: Session, target: str) -> Tokens | None:
    """Return the tokens that an answer of a target took lately, and its prompt; None before the first."""
    return tokens_by_hash(session, get_target(session, target).hash)


def tokens_by_hash(session: Session, target: str) -> Tokens | None:
    """Return the same by a target's hash, whether or not it has a name."""
    latest = (
        select(CellRow.prompt_tokens, CellRow.completion_tokens)
        .where(CellRow.target == target)
        .order_by(col(CellRow.answered_at).desc())
        .limit(RECENT)
    )
    counted = session.exec(latest).all()
    if not counted:
        return None
    prompt, answer = (sum(each) / len(counted) for each in zip(*counted, strict=True))
    return Tokens(prompt, answer)
