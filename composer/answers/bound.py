"""A bound on what a command pays for: how many answers, and how much money by the target's prices.

Before a question is put, the most that its answer can cost is set aside, so that the bound is never passed: where
that much isn't left, nothing more is asked. What an answer did cost is known with it, and the rest is free again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock

from composer.answers.evaluator import Stopped
from composer.answers.store import Question
from composer.models.answer import Answer
from composer.models.target import Target
from composer.prompts.messages import Messages
from library.errors import Refused

GO_ON = "The answers so far are kept: run the same command again to go on from there."
_STOPPED = "Stopped "
AROUND_A_MESSAGE = 32
"""Tokens that a chat template puts around a message, at the very most; the text has at most one a byte."""


class BoundReached(Stopped):
    """The next answer could cost more than may still be spent: nothing more was asked, all answers are kept."""


def bound_in(message: str) -> str:
    """Return which bound ended some work, of the message that it ended with; empty where none did."""
    return message.removesuffix(GO_ON).strip() if message.startswith(_STOPPED) else ""


class Bound:
    """At most `max_cells` answers and `max_cost` money, None for any; one for a whole command, for any thread.

    Money is in the unit of the targets' prices. Answers that are stored cost nothing.
    """

    def __init__(self, max_cells: int | None = None, max_cost: float | None = None) -> None:
        self.max_cells = max_cells
        self.max_cost = max_cost
        self.cells = 0
        self.cost = 0.0
        self._aside: dict[tuple[str, str], float] = {}
        self._lock = Lock()

    def check(self, target: Target) -> None:
        """Raise `Refused` where money is bounded and what this target costs is not known."""
        if self.max_cost is not None and target.prices is None:
            raise Refused(
                f"target {target.name} has no price, so nothing can keep to --max-cost",
                fix="State price_per_million_tokens in its file and add it again, or use --max-cells.",
            )

    def may_ask(self, target: Target, question: Question, *, alone: bool) -> bool:
        """Set aside what a question can cost; returns False where that has to wait for answers still to come.

        Raises `BoundReached` where none are to come (`alone`), and nothing will be free again.
        """
        most = _most(target, question.messages)
        with self._lock:
            if self._fits(most):
                self._aside[target.hash, question.key] = most
                return True
            if not alone:
                return False
        raise BoundReached(f"{self._limit(most)} {self.words} {GO_ON}")

    def ended(self, target: Target, question: Question, answer: Answer | None) -> None:
        """Note what a question came to: an answer that was paid for, or None."""
        with self._lock:
            self._aside.pop((target.hash, question.key), None)
            if answer is not None:
                self.cells += 1
                self.cost += _cost(target, question.messages, answer)

    @property
    def words(self) -> str:
        """What was spent so far, in words."""
        money = "" if self.max_cost is None else f", {self.cost:.4g} by the target's price"
        return f"Paid for {self.cells:,} answer{'s' * (self.cells != 1)}{money}."

    def _fits(self, most: float) -> bool:
        if self.max_cells is not None and self.cells + len(self._aside) >= self.max_cells:
            return False
        return self.max_cost is None or self.cost + sum(self._aside.values()) + most <= self.max_cost

    def _limit(self, most: float) -> str:
        if self.max_cells is not None and self.cells >= self.max_cells:
            return f"{_STOPPED}at --max-cells {self.max_cells:,}."
        return f"{_STOPPED}before --max-cost {self.max_cost:g}: the next answer can cost {most:.2g}."


@dataclass(frozen=True)
class Limits:
    """A bound as a worker process is told of it: the most answers, and the most money, None for any."""

    max_cells: int | None = None
    max_cost: float | None = None

    @property
    def arguments(self) -> tuple[str, ...]:
        """What a worker's command line says of it; nothing where there is no bound."""
        named = {"--max-cells": self.max_cells, "--max-cost": self.max_cost}
        return tuple(f"{name}={value}" for name, value in named.items() if value is not None)

    @classmethod
    def told(cls, arguments: Sequence[str]) -> Limits:
        """Return what such arguments say; raises `ValueError` for others."""
        said = dict(one.split("=", 1) for one in arguments)
        cells, cost = said.pop("--max-cells", None), said.pop("--max-cost", None)
        if said:
            raise ValueError(f"no bound is called {', '.join(said)}")
        return cls(None if cells is None else int(cells), None if cost is None else float(cost))


UNBOUNDED = Bound()
_CURRENT: ContextVar[Bound] = ContextVar("bound", default=UNBOUNDED)


@contextmanager
def spending_at_most(max_cells: int | None, max_cost: float | None) -> Iterator[Bound]:
    """Hold all sessions that are begun within to one bound, however many a command needs."""
    bound = Bound(max_cells, max_cost)
    token = _CURRENT.set(bound)
    try:
        yield bound
    finally:
        _CURRENT.reset(token)


def current_bound() -> Bound:
    """Return the bound that sessions begun here keep to."""
    return _CURRENT.get()


def _most(target: Target, messages: Messages) -> float:
    """Return the most that an answer to these messages can cost: a token for each byte, and the longest answer."""
    return 0.0 if target.prices is None else target.prices.of(_longest(messages), target.max_tokens)


def _cost(target: Target, messages: Messages, answer: Answer) -> float:
    """Return what an answer cost; tokens that a target doesn't report count as the most there can be."""
    if target.prices is None:
        return 0.0
    prompt = answer.prompt_tokens or _longest(messages)
    return target.prices.of(prompt, answer.completion_tokens or target.max_tokens)


def _longest(messages: Messages) -> int:
    return sum(len(one["content"].encode()) + AROUND_A_MESSAGE for one in messages)
