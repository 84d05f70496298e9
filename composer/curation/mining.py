"""Mining: DSPy rewrites the prompt in use on authoring examples, and every text that it writes is kept.

It is a deterministic function of its plan and the stored answers, those of the reflection model too: broken off
anywhere and started again, it asks the same questions, and pays for those alone that were not answered.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import dspy
import numpy as np

from composer.answers.bound import BoundReached, current_bound
from composer.answers.evaluator import Counts, Stopped
from composer.answers.naming import NamedCells, named_answers
from composer.answers.session import model_session
from composer.curation.mining_plan import MiningPlan
from composer.data.examples import Example
from composer.data.splits import strata_of
from composer.home.locks import exclusive_lock
from composer.home.paths import Home
from composer.models.connection import Connect, connect, release
from composer.optimizer.free import Ledger
from composer.optimizer.reflection import ReflectionEngine, reflecting
from composer.optimizer.rewriting import as_measured, rewrite
from composer.registry.targets import keep_target
from composer.search.stratified_order import stratified_order
from library.database import Database

NOTHING = Counts()
INTERRUPTED = "it was interrupted; the same command goes on from there"


@dataclass(frozen=True)
class Progress:
    """How far mining is: answers of the target, calls of the reflection model, texts, and what goes on besides."""

    answers: Counts = NOTHING
    reflections: Counts = NOTHING
    texts: int = 0
    aside: str = ""


@dataclass(frozen=True)
class Text:
    """A prompt that was written, and its figure on the full set; None where it was not measured on all of it."""

    text: str = field(repr=False)
    figure: float | None


@dataclass(frozen=True)
class Mined:
    """What mining came to: the texts written, each once and in order, and why it stopped.

    `before` is the figure of the prompt in use on the full set of `measured_on` examples; `at_bound` is whether it
    stopped before what it may pay would have been passed.
    """

    plan: MiningPlan
    texts: tuple[Text, ...]
    before: float | None
    measured_on: int
    answers: Counts
    reflections: Counts
    stopped: str
    at_bound: bool = False

    @property
    def interrupted(self) -> bool:
        """Whether somebody broke it off."""
        return self.stopped == INTERRUPTED


def mine(
    database: Database,
    home: Home,
    plan: MiningPlan,
    *,
    by: str,
    connect: Connect = connect,
    on_progress: Callable[[Progress], None] = lambda _progress: None,
) -> Mined:
    """Let DSPy rewrite the prompt in use, and return what it wrote; an interrupt returns what it wrote until then.

    Raises `Refused` where the same is being mined already, on an outage, and where most answers come to nothing.
    Whatever ends it, the answers are kept.
    """
    with exclusive_lock(home, f"mining-{plan.now.task.name}-{plan.now.target.name}"):
        with database.session() as session:
            for target in (plan.now.target, plan.reflection):
                keep_target(session, target, by=by, at=datetime.now(UTC))
        with named_answers(database, subject=f"task:{plan.now.task.name}", by=by, announced=True) as cells:
            return _mine(plan, cells, connect, on_progress)


def _mine(plan: MiningPlan, cells: NamedCells, connect: Connect, on_progress: Callable[[Progress], None]) -> Mined:
    stop, now = threading.Event(), Progress()
    texts: dict[str, None] = {}

    def note(**changes: object) -> None:
        nonlocal now
        now = replace(now, **changes)  # type: ignore[arg-type]
        on_progress(now)

    def take(text: str) -> None:
        if as_measured(plan.strategy, text) == plan.now.prompt.text:
            return  # it wrote the prompt in use again
        texts.setdefault(text)
        note(texts=len(texts))

    def check() -> None:
        if stop.is_set():
            raise Stopped

    with (
        _writer(plan, connect, lambda phase: note(aside=phase)) as lm,
        model_session(
            plan.now.task,
            plan.now.target,
            cells,
            connect=connect,
            lazy=True,
            on_phase=lambda phase: note(aside=phase),
            on_answer=lambda counts: note(answers=counts),
            stop_asked=stop.is_set,
        ) as model,
    ):
        examples = _ordered(plan)
        ledger = Ledger(
            plan.now.task, model.evaluator(), plan.now.prompt, examples, full=plan.full, budget=plan.budget
        )
        engine = ReflectionEngine(
            lm,
            reflecting(plan.reflection),
            cells,
            most=plan.texts,
            bound=current_bound(),
            on_call=lambda counts: note(reflections=counts),
            stop=check,
        )
        stopped = _interruptible(lambda: rewrite(plan.strategy, ledger, engine, take, plan.seed), stop)
        return Mined(
            plan,
            tuple(Text(text, ledger.figure(as_measured(plan.strategy, text))) for text in texts),
            ledger.figure(plan.now.prompt.text),
            len(ledger.full),
            model.counts,
            engine.counts,
            str(stopped),
            at_bound=isinstance(stopped, BoundReached),
        )


def _interruptible(work: Callable[[], str], stop: threading.Event) -> str | BoundReached:
    """Return why the work stopped; where somebody interrupts this thread, after the answer in flight.

    DSPy evaluates in threads that it waits for, so an interrupt in its midst would wait for a whole evaluation.
    """
    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(work)
        try:
            return done.result()
        except BoundReached as reached:
            return reached
        except KeyboardInterrupt:
            stop.set()
            with suppress(Stopped, KeyboardInterrupt):
                done.result()
            return INTERRUPTED


@contextmanager
def _writer(plan: MiningPlan, connect: Connect, say: Callable[[str], None]) -> Iterator[Callable[[], dspy.LM]]:
    """Give what connects the reflection model by its first question, and release it at the end."""
    connected: list[dspy.LM] = []

    def lm() -> dspy.LM:
        if not connected:
            connected.append(connect(reflecting(plan.reflection), say))
        return connected[0]

    try:
        yield lm
    finally:
        for one in connected:
            release(one)


def _ordered(plan: MiningPlan) -> Sequence[Example]:
    """Return the examples in an order of which every beginning is a fair sample: the full set is its beginning."""
    examples = {one.id: one for one in plan.examples}
    strata = strata_of(plan.now.task, plan.examples)
    order = stratified_order(tuple(examples), strata, np.random.default_rng(plan.seed))
    return [examples[one] for one in order]
