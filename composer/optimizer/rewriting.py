"""DSPy's GEPA and MIPROv2 let loose on a prompt: what a model writes there is read for rules, and never used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import cleandoc
from math import ceil, log2
from typing import Any

import dspy
from dspy.propose.utils import strip_prefix
from dspy.teleprompt.gepa import InstructionProposer

from composer.optimizer.free import FreeProgram, Judged, Ledger, as_dspy, reward, told
from composer.optimizer.program import Halted
from composer.optimizer.quiet import quiet
from composer.optimizer.reflection import ReflectionAdapter, ReflectionEngine
from composer.search.problem import BudgetSpent
from library.errors import Refused

MINIBATCH = 3
"""Examples that GEPA shows the reflection model at a time: its own default."""
LEAST_BUDGET = 12
"""Answers below which nothing can be learnt: a prompt measured, and one rewriting of it tried."""
CALLS = 4
"""Metric calls, repeats included, that GEPA may make for each answer of the budget: repeats are free."""
CANDIDATES = ((18, 50), (12, 25), (6, 0))
"""Texts that MIPROv2 proposes (heavy, medium, light), and on how many examples each must be tried for that."""
_SUMMARISED, _SUMMARIES = 10, 10
"""Examples that MIPROv2 describes in one call, and the most calls it makes for that."""

ASKED_FOR = (
    "Keep what the current instruction says of the task, of the scale or labels and of the format of the answer. "
    "Write what you add as rules that hold for any input, each on a line of its own that begins with '- ', one "
    "imperative sentence of at most 200 characters."
)
"""What GEPA's reflection model is asked beside DSPy's own words: a rule a line is what becomes a draft."""


@dataclass(frozen=True)
class Writer:
    """The reflection model as DSPy asks it."""

    engine: ReflectionEngine
    adapter: dspy.Adapter
    lm: dspy.LM


def rewrite(
    strategy: str, ledger: Ledger, engine: ReflectionEngine, on_text: Callable[[str], None], seed: int
) -> str:
    """Let DSPy rewrite the prompt in use, and return in words why it stopped; `on_text` gets each text at once.

    The same ledger's answers, reflection answers and seed give the same texts. Raises what asking raises, as
    `Refused` for an outage, and `KeyboardInterrupt`; and `Refused` for a strategy that there is not.
    """
    way = way_of(strategy)
    lm = dspy.LM("reflection/model", engine=engine, cache=False, num_retries=0)
    writer = Writer(engine, ReflectionAdapter(on_text), lm)
    try:
        with (
            quiet(),
            dspy.context(disable_history=True, callbacks=[], adapter=writer.adapter, lm=lm, trace=None),
        ):
            way(ledger, writer, seed)
    except Halted as halted:
        if not isinstance(halted.cause, BudgetSpent):
            raise halted.cause from None
    else:
        if strategy != "gepa":
            return "its schedule ended"
    if ledger.left < MINIBATCH:
        return "the budget of answers is spent"
    if engine.left < 1:
        return "the reflection model was asked as often as it may be"
    return "its schedule ended"


def way_of(strategy: str) -> Way:
    """Return a way to rewrite; raises `Refused` where none has this name."""
    if strategy not in WAYS:
        raise Refused(f"no way to mine is called {strategy}", fix=f"Choose one of: {', '.join(WAYS)}.")
    return WAYS[strategy]


def as_measured(strategy: str, text: str) -> str:
    """Return a text as its optimizer asks it: MIPROv2 cuts up to five words before a colon off its start."""
    if strategy == "mipro":
        text = cleandoc(strip_prefix(strip_prefix(text)))  # it does so at two places
    return text


def full_size(strategy: str, budget: int, examples: int) -> int:
    """Return how many examples a text is measured on in full."""
    if strategy == "mipro":
        return max(1, min(examples, budget // _candidates(budget)))
    return max(1, min(examples, max(MINIBATCH, budget // 8)))


def most_reflections(strategy: str, budget: int, examples: int) -> int:
    """Return how often the reflection model is asked at most."""
    if strategy == "mipro":
        return min(ceil(examples / _SUMMARISED), _SUMMARIES) + 1 + _candidates(budget)
    return max(1, (budget - full_size(strategy, budget, examples)) // (2 * MINIBATCH))


def _candidates(budget: int) -> int:
    return next(number for number, each in CANDIDATES if budget >= number * each)


def _gepa(ledger: Ledger, writer: Writer, seed: int) -> None:
    task = ledger.task

    def metric(_gold: Any, prediction: Any, _trace: Any = None, name: Any = None, _own: Any = None) -> Any:
        judged: Judged = prediction.judged
        worth = reward(task, judged)
        return worth if name is None else dspy.Prediction(score=worth, feedback=told(task, judged))

    dspy.GEPA(
        metric,
        max_metric_calls=CALLS * ledger.budget,
        reflection_minibatch_size=MINIBATCH,
        reflection_lm=writer.lm,
        instruction_proposer=InstructionProposer(additional_instructions=ASKED_FOR, adapter=writer.adapter),
        use_merge=False,
        num_threads=1,
        seed=seed,
        gepa_kwargs={"stop_callbacks": lambda _state: ledger.left < MINIBATCH or writer.engine.left < 1},
    ).compile(
        FreeProgram(ledger),
        trainset=as_dspy(task, ledger.examples),
        valset=as_dspy(task, ledger.full, together=True),
    )


class _FreeMIPRO(dspy.MIPROv2):  # type: ignore[misc]
    """MIPROv2 without demos: it would pay for answers to show them, and copy examples into what it writes."""

    def _bootstrap_fewshot_examples(self, *_args: Any, **_options: Any) -> None:
        return None


def _mipro(ledger: Ledger, writer: Writer, seed: int) -> None:
    task, number = ledger.task, _candidates(ledger.budget)
    seed += 1  # MIPROv2 takes a seed of 0 for none
    _FreeMIPRO(
        metric=lambda _gold, prediction, _trace=None: reward(task, prediction.judged),
        prompt_model=writer.lm,
        task_model=writer.lm,
        max_bootstrapped_demos=0,
        max_labeled_demos=0,
        auto=None,
        num_candidates=number,
        num_threads=1,
        seed=seed,
        track_stats=False,
    ).compile(
        FreeProgram(ledger),
        trainset=as_dspy(task, ledger.examples),
        valset=as_dspy(task, ledger.full, together=True),
        num_trials=int(max(2 * log2(number), 1.5 * number)),
        seed=seed,
        minibatch=False,
        # The program is one call: its source says nothing of the task.
        program_aware_proposer=False,
        fewshot_aware_proposer=False,
    )


Way = Callable[[Ledger, Writer, int], None]
WAYS: Mapping[str, Way] = {"gepa": _gepa, "mipro": _mipro}
