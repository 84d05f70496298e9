"""What it takes to ask questions, before anybody presses: answers, time and money."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlmodel import Session

from composer.answers.latency import Latency, lasting, latency_by_hash, tokens_by_hash
from composer.answers.store import Question, stored_answers
from composer.models.prices import Tokens
from composer.models.target import Target
from composer.prompts.curator_rules import token_estimate


@dataclass(frozen=True)
class Cost:
    """What questions take: `answers` that aren't stored yet, `seconds` in all, `money` by the target's price.

    `latency` is what the time was taken from. `money` is None where the target has no price, and `guessed` whether
    the tokens of an answer were guessed from lengths.
    """

    answers: int
    seconds: float
    money: float | None
    latency: Latency
    guessed: bool = False

    @property
    def words(self) -> str:
        """It in words, in one line."""
        if not self.answers:
            return "nothing to pay: every answer that it needs is stored"
        lasts = lasting(self.seconds)
        basis = "" if self.latency.measured else ", a guess: this target has not answered yet"
        found = f"{self.answers:,} answer{'s' * (self.answers != 1)} to pay, {lasts}{basis}"
        if self.money is None:
            return found
        return f"{found}; about {self.money:.2g} by the target’s price{', tokens guessed' * self.guessed}"

    def as_json(self) -> dict[str, Any]:
        """Return it as the JSON value that commands print."""
        return {name: value for name, value in asdict(self).items() if name != "latency"}


def money_for(target: Target, answers: float, tokens: Tokens | None) -> float | None:
    """Return what answers of so many tokens each cost by a target's prices; None without a price, or a count."""
    prices = target.prices
    return None if prices is None or tokens is None or not tokens.all else answers * prices.of(*tokens)


def cost_of_questions(session: Session, target: Target, asked: Iterable[Question]) -> Cost:
    """Return what it takes to ask a target these questions: what is stored costs nothing."""
    questions = {one.key: one for one in asked}
    stored = stored_answers(session, list(questions))
    missing = [one for key, one in questions.items() if key not in stored]
    latency, tokens = latency_by_hash(session, target.hash), tokens_by_hash(session, target.hash)
    prices, money = target.prices, None
    if prices is not None and tokens is None:
        lengths = [sum(token_estimate(each["content"]) for each in one.messages) for one in missing]
        money = prices.of(sum(lengths), len(missing) * target.max_tokens)
    elif prices is not None and tokens is not None:
        money = len(missing) * prices.of(*tokens)
    seconds = len(missing) * latency.seconds / target.parallel
    return Cost(len(missing), seconds, money, latency, tokens is None)
