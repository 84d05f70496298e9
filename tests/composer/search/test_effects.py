"""The search by effects: what it finds from how few cells, when it stops, and what it says then."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

from composer.answers.evaluator import Evaluator
from composer.answers.store import MemoryCells
from composer.models.client import ask
from composer.optimizer.optimizer import LibraryComposer, to_dspy
from composer.optimizer.predictor import LibraryPredict
from composer.prompts.vocabulary import Vocabulary
from composer.search.constraints import Rules
from composer.search.effects import EVEN, Settings, effects
from composer.search.prior import Known, Prior, Source
from composer.search.problem import Ask, BudgetedScorer, Keys, Losses, SearchResult
from tests import small
from tests.composer.answers.test_evaluator import Shuffling
from tests.composer.search.worlds import EXAMPLES, World, found
from tests.composer.search.worlds import problem as small_problem
from tests.scripted import scripted_lm

HELP = {"s03": -0.15, "s13": -0.12, "s21": -0.12}


def library(size: int) -> Keys:
    return tuple(f"s{number:02}" for number in range(size))


def truth(keys: Keys, effect: dict[str, float]) -> float:
    return -sum(effect.get(key, 0.0) for key in keys)


def one_at_a_time(scorer: BudgetedScorer, rng: np.random.Generator) -> SearchResult:
    """Try each snippet alone on as many examples as the budget bears, and put the best together."""
    problem = scorer.problem
    block = problem.examples[: scorer.budget // (len(problem.snippets) + 1)]
    gains = {key: float(scorer.gain((key,), block).mean()) for key in problem.snippets}
    best = sorted((key for key in gains if gains[key] > 0), key=lambda key: -gains[key])
    return SearchResult(tuple(best[: problem.rules.max_length]), 0.0, len(gains), "all were tried", "exhausted")


def test_it_finds_what_plainly_helps_and_leaves_out_what_plainly_harms() -> None:
    effect = {"b": -0.25, "g": -0.15, "c": 0.25, "a": 0.15}
    for seed in range(3):
        best = found(World(effect, noise=0.05), effects, seed=seed, budget=300, incumbent=("c",))
        assert {"b", "g"} <= set(best.keys)
        assert not {"a", "c"} & set(best.keys)
        assert best.gain == pytest.approx(0.25 + truth(best.keys, effect), abs=0.1)


class Spoiling(World):
    """What harms most and what helps most decide: one snippet that harms hides all that help."""

    def loss(self, composition: Keys, example: str) -> float:
        of = [self.effect.get(key, 0.0) for key in composition]
        clear = 0.2 + max([0.0, *of]) + min([0.0, *of]) + 0.02 * max(0, len(of) - 1)
        rng = np.random.default_rng([*example.encode(), *"".join(composition).encode(), 7])
        return float(np.clip(clear + self.noise * rng.normal(), 0, 1))


def test_it_finds_one_of_the_few_that_help_where_most_snippets_harm() -> None:
    keys = library(28)
    effect = dict.fromkeys(keys[:11], 0.3) | dict.fromkeys(keys[20:25], 0.1)
    effect |= {"s05": -0.1, "s11": -0.08, "s17": -0.1}
    clear = Spoiling(effect, noise=0.0)
    gains = []
    for seed in range(8):
        best = found(
            Spoiling(effect, noise=0.1),
            effects,
            seed=seed,
            budget=180,
            snippets=keys,
            rules=Rules(max_length=6),
        )
        gains.append(0.2 - clear.loss(best.keys, "e00"))
    assert sum(gain > 0 for gain in gains) >= 6, gains


def test_what_is_kept_for_orders_is_spent_where_there_is_nothing_to_order() -> None:
    harmful = dict.fromkeys(library(12), 0.2)
    spent = []
    for seed in range(3):
        problem = small_problem(World(harmful, noise=0.3), snippets=library(12), rules=Rules(max_length=3))
        scorer = BudgetedScorer(problem, 60, lambda _step: None)
        kept = effects(scorer, np.random.default_rng(seed))
        spent.append(scorer.left if kept.keys == () and kept.reason == "budget" else 0)
    assert max(spent) < Settings().block, spent


def test_it_learns_several_effects_at_once_from_fewer_cells_than_one_at_a_time() -> None:
    asked = {"snippets": library(30), "rules": Rules(max_length=5), "ordered": False}
    gained = {
        strategy: [
            truth(found(World(HELP, noise=0.2), strategy, budget=budget, seed=seed, **asked).keys, HELP)
            for seed in range(8)
        ]
        for strategy, budget in ((effects, 150), (one_at_a_time, 200))
    }
    assert np.mean(gained[effects]) > np.mean(gained[one_at_a_time])


class Breaking(World):
    """A world in which some snippets break the format, so that every answer is worthless."""

    breaks = frozenset({"s02", "s07", "s11", "s19"})

    def loss(self, composition: Keys, example: str) -> float:
        return 1.0 if self.breaks & set(composition) else max(0.0, super().loss(composition, example) - 0.15)


def test_snippets_that_break_the_format_do_not_hide_one_that_plainly_helps() -> None:
    effect = {"s05": -0.2}
    for seed in range(4):
        asked = {"snippets": library(12), "ordered": False}
        best = found(Breaking(effect, noise=0.05), effects, seed=seed, budget=300, **asked)
        assert "s05" in best.keys
        assert not Breaking.breaks & set(best.keys)
        assert best.gain == pytest.approx(0.2, abs=0.08)


def test_snippets_that_break_the_format_are_left_alone_once_that_is_known() -> None:
    # A trial of one alone, however late, is how it gets to be known.
    shares = []
    for seed in range(12):
        world = Breaking({"s05": -0.15, "s15": -0.12}, noise=0.1)
        asked = {"snippets": library(20), "rules": Rules(max_length=5), "ordered": False}
        best = found(world, effects, seed=seed, budget=200, **asked)
        assert not Breaking.breaks & set(best.keys)
        late = world.asked[len(world.asked) // 2 :]
        shares.append(np.mean([bool(Breaking.breaks & set(keys)) and len(keys) > 1 for keys, _ in late]))
    assert np.mean(shares) < 0.02


even = partial(effects, settings=EVEN)


class Decided(World):
    """A world in which most examples are right, or wrong, whatever the composition."""

    def loss(self, composition: Keys, example: str) -> float:
        number = int(example[1:])
        if number % 4:
            return float(number % 2)
        chance = 0.5 + 2 * sum(self.effect.get(key, 0.0) for key in composition)
        rng = np.random.default_rng([*example.encode(), *"".join(composition).encode(), 7])
        return float(rng.random() < chance)


def test_examples_that_are_decided_whatever_the_composition_are_asked_less() -> None:
    asked = {"snippets": library(20), "rules": Rules(max_length=4), "ordered": False}
    shares, gains = {}, {}
    for name, strategy in (("even", even), ("telling", effects)):
        own, gained = [], []
        for seed in range(4):
            world = Decided({"s03": -0.15, "s13": -0.1, "s17": 0.15}, noise=0.0)
            best = found(world, strategy, budget=240, seed=seed, **asked)
            own.append(np.mean([int(example[1:]) % 4 == 0 for _, example in world.asked]))
            gained.append(best.gain)
            assert best.gain < 0.2  # an honest estimate: no more than 0.125 can be gained over all examples
        shares[name], gains[name] = np.mean(own), np.mean(gained)
    assert shares["telling"] > 1.5 * shares["even"]


def test_what_is_asked_by_what_examples_tell_follows_from_the_inputs_alone() -> None:
    worlds = [Decided({"s03": -0.15, "s05": 0.1}, noise=0.0) for _ in range(2)]
    ends = [found(world, effects, budget=150, seed=3, snippets=library(12)) for world in worlds]
    assert ends[0] == ends[1]
    assert worlds[0].asked == worlds[1].asked


def test_where_nothing_helps_it_stops_early_says_so_and_keeps_the_incumbent() -> None:
    ends = []
    for seed in range(6):
        world = World(dict.fromkeys(library(30), 0.08), noise=0.05)
        best = found(world, effects, seed=seed, budget=600, snippets=library(30), ordered=False)
        ends.append((best, len(world.asked)))
    stayed = [(best, cells) for best, cells in ends if best.keys == ()]
    assert len(stayed) >= 5
    for best, cells in stayed:
        assert best.gain == 0
        assert best.reason in ("futile", "settled")
        assert cells < 450
    futile = [best for best, _ in stayed if best.reason == "futile"]
    assert futile
    assert all("no snippet gains" in best.stopped for best in futile)


def test_from_noise_alone_it_promises_little() -> None:
    gains = [found(World({}, noise=0.2), effects, seed=seed).gain for seed in range(6)]
    assert np.mean(gains) < 0.1


def test_it_stops_where_the_answer_is_clear_and_going_on_gains_nothing() -> None:
    effect = {"a": -0.3, **dict.fromkeys("bcdefghij", 0.1)}
    cells = []
    for seed in range(3):
        world = World(effect, noise=0.05)
        best = found(world, effects, budget=600, seed=seed, ordered=False)
        assert (best.keys, best.reason) == (("a",), "settled")
        assert "going on" in best.stopped
        assert best.gain == pytest.approx(0.3, abs=0.05)
        cells.append(len(world.asked))
    assert np.median(cells) < 400


def test_it_stops_where_everything_was_asked() -> None:
    world = World({"a": -0.3}, noise=0.1)
    asked = {"snippets": ("a", "b"), "examples": EXAMPLES[:4], "ordered": False}
    best = found(world, partial(effects, settings=Settings(least=-1.0)), budget=400, **asked)
    assert best.reason == "exhausted"
    assert "every composition" in best.stopped
    assert len(world.asked) == 4 * 4
    assert "a" in best.keys


def test_where_the_budget_ends_it_it_says_so() -> None:
    best = found(World(noise=0.2), effects, budget=60)
    assert (best.reason, best.stopped) == ("budget", "the budget is spent")


class Placed(World):
    """A world in which `b` and `d` help, and `d` helps far more where it stands first."""

    def loss(self, composition: Keys, example: str) -> float:
        first = 0.25 if composition[:1] == ("d",) and len(composition) > 1 else 0.0
        return float(np.clip(super().loss(composition, example) - first, 0, 1))


def orders(world: World) -> Counter[frozenset[str]]:
    """How many orders of each set were asked."""
    return Counter(frozenset(keys) for keys in {keys for keys, _ in world.asked})


def test_another_order_is_tried_only_where_order_counts() -> None:
    asked = {"snippets": ("a", "b", "c", "d"), "rules": Rules(max_length=2)}
    best = []
    for seed in range(4):
        world = Placed({"b": -0.2, "d": -0.15}, noise=0.05)
        best.append(found(world, effects, seed=seed, budget=300, **asked).keys)
        assert max(orders(world).values()) == 2
        unordered = Placed({"b": -0.2, "d": -0.15}, noise=0.05)
        set_of = found(unordered, effects, seed=seed, budget=300, ordered=False, **asked).keys
        assert set_of == tuple(sorted(set_of))
        assert set(orders(unordered).values()) == {1}
    assert best.count(("d", "b")) >= 3


def test_it_asks_for_several_compositions_at_once() -> None:
    keys = library(60)
    world = World({key: 0.02 if place % 2 else -0.02 for place, key in enumerate(keys)}, noise=0.2)
    found(world, effects, budget=800, snippets=keys)
    compositions = len({keys for keys, _ in world.asked})
    assert world.calls < compositions / 2


def compiled(slots: int, order: int | None, seed: int) -> tuple[SearchResult, list[tuple[str, str]]]:
    """Search the small task with a scripted model; in shuffled order where one is given."""
    vocabulary, data = Vocabulary(small.task(), small.snippets()), small.examples(12, 0)
    engine = small.engine(data=data)
    with ThreadPoolExecutor(1) if order is None else Shuffling(order) as executor:
        evaluator = Evaluator(
            vocabulary.task, "tiny", MemoryCells(), partial(ask, scripted_lm(engine)), executor, slots=slots
        )
        optimizer = LibraryComposer(vocabulary, evaluator, strategy="effects", budget=150, seed=seed)
        optimizer.compile(LibraryPredict(vocabulary), trainset=[to_dspy(vocabulary.task, one) for one in data])
    assert optimizer.found is not None
    return optimizer.found, engine.asked


def test_it_ends_the_same_in_whatever_order_answers_come_back() -> None:
    expected, in_turn = compiled(1, None, seed=1)
    for order in range(2):
        best, asked = compiled(4, order, seed=1)
        assert best == expected
        assert asked != in_turn
        assert sorted(asked) == sorted(in_turn)


def expecting(gains: dict[str, float]) -> Prior:
    known = {key: Known(gain, 0.001, "") for key, gain in gains.items()}
    return Prior(known, {"": 0.8}, 0.0025, (Source("old", 400),))


def test_with_a_prior_it_asks_first_what_that_promises() -> None:
    world = World(HELP, noise=0.15)
    prior = expecting({"s03": 0.1, "s13": 0.08, "s21": 0.08})
    found(world, effects, budget=100, snippets=library(30), rules=Rules(max_length=3), prior=prior)
    asked = list(dict.fromkeys(keys for keys, _ in world.asked))
    assert asked[:2] == [(), tuple(sorted(HELP))]


@pytest.mark.parametrize("seed", range(3))
def test_a_prior_that_comes_true_finds_most_of_the_best_with_few_answers(seed: int) -> None:
    prior = expecting({key: 0.5 * -loss for key, loss in HELP.items()})
    world = World(HELP, noise=0.15)
    result = found(
        world, effects, budget=60, seed=seed, snippets=library(30), rules=Rules(max_length=3), prior=prior
    )
    assert len(set(result.keys) & set(HELP)) >= 2


@pytest.mark.parametrize("seed", range(3))
def test_a_misleading_prior_makes_nothing_of_what_harms(seed: int) -> None:
    world = World({"s05": 0.1, "s06": 0.1, "s07": 0.1}, noise=0.15)
    prior = expecting({"s05": 0.1, "s06": 0.1, "s07": 0.1})
    result = found(
        world, effects, budget=100, seed=seed, snippets=library(30), rules=Rules(max_length=3), prior=prior
    )
    assert not {"s05", "s06", "s07"} & set(result.keys)


class Malformed(World):
    """A world in which every answer with one of some snippets is malformed."""

    def loss(self, composition: Keys, example: str) -> float:
        return 1.0 if {"s07", "s11"} & set(composition) else super().loss(composition, example) / 2


@pytest.mark.parametrize("seed", range(3))
def test_a_promised_snippet_may_turn_out_to_break_the_format(seed: int) -> None:
    # Tried together at first, so that both are suspects until the good one is in a composition that works.
    prior = expecting({"s03": 0.15, "s07": 0.005})
    rules, world = Rules(max_length=2), Malformed(HELP, noise=0.15)
    result = found(
        world, effects, budget=100, seed=seed, snippets=library(30), rules=rules, ordered=False, prior=prior
    )
    assert not {"s07", "s11"} & set(result.keys)


class Timed(World):
    """A world that keeps time of its own."""

    seconds = 0.0

    def __call__(self, asked: Sequence[Ask], /) -> list[Losses]:
        begun = time.process_time()
        losses = super().__call__(asked)
        self.seconds += time.process_time() - begun
        return losses


def test_its_own_work_takes_little_of_the_time_of_an_answer() -> None:
    keys = tuple(f"s{number:03}" for number in range(200))
    effect = {keys[3]: -0.1, keys[50]: -0.1, keys[120]: 0.2}
    world = Timed(effect, noise=0.15)
    begun = time.process_time()
    found(world, effects, budget=300, snippets=keys, rules=Rules(max_length=6))
    spent = time.process_time() - begun - world.seconds
    assert spent / len(world.asked) < 0.005
