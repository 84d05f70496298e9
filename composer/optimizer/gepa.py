"""DSPy's GEPA as a search strategy, its proposals held to compositions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import dspy
import numpy as np

from composer.optimizer.program import Halted, ProblemProgram, examples_of, keys_of, named
from composer.optimizer.quiet import quiet
from composer.search.budgeting import best_known, full_set
from composer.search.moves import edits
from composer.search.problem import BudgetedScorer, BudgetSpent, Keys, Problem, SearchResult
from composer.search.tpe import made_allowed

Pick = Callable[[Keys, Sequence[str]], Keys | None]
"""From a parent and the examples it failed on, the composition to try next, or None."""

CALLS = 4
"""Metric calls, repeats included, that GEPA may make for each cell of the budget: repeats are free."""

IDLE = 20
"""Proposals in a row that bring nothing new, after which the search has settled."""

TILT = 10.0
"""How strongly evidence draws a proposal: a snippet that saved 0.1 on the failures is e times as likely."""


def gepa(
    scorer: BudgetedScorer,
    rng: np.random.Generator,
    *,
    reflection_lm: dspy.LM | None = None,
    texts: Mapping[str, str] | None = None,
) -> SearchResult:
    """Search with `dspy.GEPA`: reflective edits of compositions on its Pareto front.

    GEPA chooses the parent and three examples, and evaluates a child in full that beats its parent on these.
    The edit comes from `Evidence`, without a model, or from `reflection_lm`, which picks keys (`texts` has
    the snippet of each). Examples of a full evaluation: all of dev, or a sixteenth of the budget where that
    is less; the threes are drawn from them too.
    """
    problem = scorer.problem
    full = full_set(scorer)
    if scorer.left < 2 * len(full):
        return SearchResult(problem.incumbent, 0.0, 0, "the budget is spent", "budget")
    seed = int(rng.integers(2**31))
    evidence = Evidence(scorer, np.random.default_rng(seed))
    proposer = Proposer(problem, Reflection(problem, reflection_lm, texts or {}) if reflection_lm else evidence)
    optimizer = dspy.GEPA(
        _metric,
        max_metric_calls=CALLS * scorer.left,
        reflection_lm=reflection_lm,
        instruction_proposer=proposer,
        use_merge=False,
        num_threads=1,
        seed=seed,
        gepa_kwargs={"stop_callbacks": lambda _state: scorer.left < 1 or proposer.idle >= IDLE},
    )
    reason = "budget"
    try:
        with quiet(), dspy.context(disable_history=True, callbacks=[]):
            optimizer.compile(
                ProblemProgram(scorer, full), trainset=examples_of(full), valset=examples_of(full, together=True)
            )
        if scorer.left:
            reason = "settled"
    except Halted as halted:
        if not isinstance(halted.cause, BudgetSpent):
            raise halted.cause from None
    best, gain = best_known(scorer, full)
    if reason == "settled":
        return SearchResult(
            best, gain, len(scorer.tried), "its proposals brought nothing that was not known", "settled"
        )
    return SearchResult(best, gain, len(scorer.tried), "the budget is spent", "budget")


class Proposer:
    """GEPA's instruction proposer: it can only return compositions, each but once.

    `idle` counts the proposals in a row that brought none. Raises `Halted` for what picking raises, since
    GEPA would go on.
    """

    def __init__(self, problem: Problem, pick: Pick) -> None:
        self.problem = problem
        self.pick = pick
        self.proposed = {problem.incumbent}
        self.idle = 0

    def __call__(
        self,
        candidate: Mapping[str, str],
        reflective_dataset: Mapping[str, Sequence[Mapping[str, Any]]],
        components_to_update: Sequence[str],
    ) -> dict[str, str]:
        """Return the new instruction of each component, or none where nothing new is proposed."""
        texts: dict[str, str] = {}
        for component in components_to_update:
            records = reflective_dataset.get(component, [])
            failed = [r["Inputs"]["example_id"] for r in records if float(r["Generated Outputs"]["loss"]) > 0]
            try:
                keys = self.pick(keys_of(self.problem, candidate[component]), failed)
            except Exception as error:
                raise Halted(error) from error
            if keys is not None and keys not in self.proposed and self.problem.allows(keys):
                self.proposed.add(keys)
                texts[component] = named(keys)
        self.idle = 0 if texts else self.idle + 1
        return texts


class Evidence:
    """Picks an edit of the parent by what snippets did for the examples the parent failed on.

    Which kind of edit (add, drop, swap or move a snippet) is chance, each as likely where there is one that
    wasn't tried. Among its edits chance prefers the one whose snippets saved more: a snippet's saving is how
    much better the compositions that hold it did on the failed examples than those that don't, over all
    cells known so far; one that was never tried there takes the mean of those that share a tag with it, or 0.
    """

    def __init__(self, scorer: BudgetedScorer, rng: np.random.Generator) -> None:
        self.scorer = scorer
        self.rng = rng

    def __call__(self, parent: Keys, failed: Sequence[str]) -> Keys | None:
        """Return the edit to try next, or None where every edit of the parent was tried."""
        problem = self.scorer.problem
        kinds: dict[tuple[bool, bool], list[Keys]] = {}
        for way in edits(problem, parent, problem.snippets):
            if way not in self.scorer.tried and way != problem.incumbent:
                kind = (bool(set(way) - set(parent)), bool(set(parent) - set(way)))
                kinds.setdefault(kind, []).append(way)
        if not kinds:
            return None
        ways = kinds[list(kinds)[int(self.rng.integers(len(kinds)))]]
        savings = self._savings(set(failed))
        worth = [_sum(savings, set(way) - set(parent)) - _sum(savings, set(parent) - set(way)) for way in ways]
        weights = np.exp(TILT * (np.array(worth) - max(worth)))
        return ways[int(self.rng.choice(len(ways), p=weights / weights.sum()))]

    def _savings(self, failed: set[str]) -> dict[str, float]:
        """Return what each snippet saved on these examples: mean loss without it less mean loss with it."""
        problem = self.scorer.problem
        place = problem.place
        cells = [(keys, loss) for (keys, example), loss in self.scorer.known.items() if example in failed]
        holds = np.zeros((len(cells), len(place)))
        for row, (keys, _) in enumerate(cells):
            holds[row, [place[key] for key in keys]] = 1
        losses = np.array([loss for _, loss in cells])
        inside, outside = holds.sum(axis=0), (1 - holds).sum(axis=0)
        known = (inside > 0) & (outside > 0)
        with np.errstate(invalid="ignore", divide="ignore"):
            saved = losses @ (1 - holds) / outside - losses @ holds / inside
        savings = {key: float(saved[number]) for key, number in place.items() if known[number]}
        by_tag: dict[str, list[float]] = {}
        for key, saving in savings.items():
            for tag in problem.tags.get(key, frozenset()):
                by_tag.setdefault(tag, []).append(saving)
        for key in problem.snippets:
            if key not in savings:
                alike = [saving for tag in sorted(problem.tags.get(key, ())) for saving in by_tag.get(tag, [])]
                savings[key] = float(np.mean(alike)) if alike else 0.0
        return savings


class Reflection:
    """Lets a model pick the next composition's keys; an answer with anything else is malformed."""

    def __init__(self, problem: Problem, lm: dspy.LM, texts: Mapping[str, str]) -> None:
        self.problem = problem
        self.lm = lm
        self.library = [f"{key}: {texts[key]}" if key in texts else key for key in problem.snippets]
        choice = list[Literal[tuple(problem.snippets)]]  # type: ignore[misc, valid-type]
        fields: dict[str, Any] = {
            "library": (list[str], dspy.InputField()),
            "current": (list[str], dspy.InputField()),
            "failed_examples": (list[str], dspy.InputField()),
            "chosen_keys": (choice, dspy.OutputField()),
        }
        asks = "Choose the snippets of a prompt, by key and in order, that should fail on fewer examples."
        self.predict = dspy.Predict(dspy.Signature(fields, asks))

    def __call__(self, parent: Keys, failed: Sequence[str]) -> Keys | None:
        """Return the composition picked, repaired to keep to the rules, or None where the answer is malformed."""
        adapter = dspy.ChatAdapter(use_json_adapter_fallback=False)
        try:
            with dspy.context(lm=self.lm, adapter=adapter, trace=None):
                answer = self.predict(library=self.library, current=list(parent), failed_examples=list(failed))
        except dspy.AdapterParseError:
            return None
        return made_allowed(self.problem, list(dict.fromkeys(answer.chosen_keys)))


def _metric(
    _gold: Any, prediction: Any, _trace: Any = None, _pred_name: Any = None, _pred_trace: Any = None
) -> float:
    return 1.0 - float(prediction.loss)


def _sum(savings: Mapping[str, float], keys: set[str]) -> float:
    return sum(savings[key] for key in sorted(keys))
