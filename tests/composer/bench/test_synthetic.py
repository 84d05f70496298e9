"""Made-up worlds hold what they promise: effects of a realistic size, known truth, nothing to gain where null."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from composer.bench.synthetic import SPECS, Spec, Synthetic, synthetic
from composer.bench.world import World
from composer.search.moves import draw, edits
from composer.search.problem import Keys

SMALL = [name for name in SPECS if "-60-" in name]
HOPEFUL = [name for name in SMALL if "null" not in name and "misled" not in name]


def drawn(world: World, count: int, seed: int = 0) -> list[Keys]:
    rng = np.random.default_rng(seed)
    problem = world.problem(rng)
    return [draw(problem, rng) for _ in range(count)]


@pytest.mark.parametrize("name", SPECS)
def test_a_world_has_the_promised_size(name: str) -> None:
    world, spec = synthetic(name), SPECS[name]
    assert (len(world.snippets), len(world.dev), len(world.test)) == (spec.snippets, 100, 200)
    assert len(world.incumbent) == (5 if spec.kind == "misled" else 3)
    assert world.problem(np.random.default_rng(0)).allows(world.incumbent)
    losses = np.concatenate(world.losses(world.incumbent))
    assert losses.min() >= 0
    assert losses.max() <= 1
    assert world.answers.truth(world.incumbent) == pytest.approx(spec.loss, abs=1e-6)


@pytest.mark.parametrize("name", HOPEFUL)
def test_the_oracle_gains_something_realistic_and_no_edit_of_it_gains_much_more(name: str) -> None:
    world = synthetic(name)
    problem = world.problem(np.random.default_rng(0))
    assert problem.allows(world.oracle)
    assert 0.08 <= world.gain(world.oracle) <= 0.27
    # What a wording shifts is not the oracle's to find, and its spread is below a hundredth.
    near = edits(problem, world.oracle, world.snippets)
    assert max(world.gain(keys) for keys in near) <= world.gain(world.oracle) + 0.05
    assert max(world.gain(keys) for keys in drawn(world, 100)) < world.gain(world.oracle)


@pytest.mark.parametrize("name", [name for name in SPECS if "null" in name])
def test_in_a_null_world_nothing_is_truly_better_than_the_incumbent(name: str) -> None:
    world = synthetic(name)
    problem = world.problem(np.random.default_rng(0))
    tried = drawn(world, 150) + edits(problem, world.incumbent, world.snippets)[:150]
    gains = np.array([world.gain(keys) for keys in tried])
    assert gains.max() <= 1e-9
    assert (np.abs(gains) < 1e-9).any()
    assert (gains < -0.02).any()
    assert world.oracle == world.incumbent


@pytest.mark.parametrize("name", [name for name in SPECS if "misled" in name])
def test_a_misled_incumbent_is_mostly_wrong_and_better_without_what_harms(name: str) -> None:
    world = synthetic(name)
    _, test = world.losses(world.incumbent)
    assert test.mean() > 0.5
    without = {key: world.gain(tuple(k for k in world.incumbent if k != key)) for key in world.incumbent}
    harmful = {key for key, gain in without.items() if gain > 0.03}
    assert len(harmful) == 3
    assert not harmful & set(world.oracle)
    assert world.gain(world.oracle) > world.gain(tuple(k for k in world.incumbent if k not in harmful)) > 0.15


def test_the_truth_is_what_cells_average_to() -> None:
    for name in ("synthetic/sparse-60-a", "synthetic/sparse-60-b"):
        world = synthetic(name)
        some = drawn(world, 200)
        seen = np.mean([np.concatenate(world.losses(keys)).mean() for keys in some])
        true = np.mean([world.answers.truth(keys) for keys in some])
        # 300 examples of one world, the same for all compositions: within three standard errors.
        assert seen == pytest.approx(true, abs=3 * 0.46 / np.sqrt(300))


def test_a_breaking_snippet_spoils_every_answer() -> None:
    world = synthetic("synthetic/breaking-60-a")
    assert isinstance(world.answers, Synthetic)
    breaking = np.flatnonzero(world.answers.parameters.breaks)
    assert len(breaking) >= 2
    for number in breaking:
        keys = (world.snippets[number],)
        assert all((losses == 1).all() for losses in world.losses(keys))
        assert world.answers.truth(keys) == 1
    assert not set(world.oracle) & {world.snippets[number] for number in breaking}


def test_a_near_duplicate_adds_nothing() -> None:
    world = synthetic("synthetic/redundant-60-a")
    assert isinstance(world.answers, Synthetic)
    cluster, effects = world.answers.parameters.cluster, world.answers.parameters.effects
    counts = np.bincount(cluster, minlength=len(cluster))
    best = int(np.argmax(np.where(counts[cluster] > 1, effects, -1)))
    alike = np.flatnonzero(cluster == cluster[best])
    one = world.answers.expected(alike[:1])
    both = world.answers.expected(alike[:2])
    nothing = world.answers.expected(alike[:0])
    assert nothing - one > 0.01
    assert both > one - 0.01


def test_a_fifth_of_the_pairs_of_an_interacting_world_interact() -> None:
    answers = synthetic("synthetic/interacting-60-a").answers
    assert isinstance(answers, Synthetic)
    pairs = answers.parameters.pairs
    np.testing.assert_array_equal(pairs, pairs.T)
    assert np.mean(pairs[np.triu_indices(60, 1)] != 0) == pytest.approx(0.2, abs=0.04)


def test_labels_are_zero_or_one_and_ordinal_losses_lie_between() -> None:
    label, ordinal = (synthetic(f"synthetic/sparse-60-{variant}") for variant in "ab")
    assert set(np.concatenate(label.losses(("s000",)))) <= {0.0, 1.0}
    assert len(set(np.concatenate(ordinal.losses(("s000",))))) == 300


def test_losses_do_not_hang_on_what_was_asked_before() -> None:
    spec: Spec = SPECS["synthetic/interacting-60-b"]
    one, other = Synthetic(spec), Synthetic(spec)
    other.losses(("s001", "s002"))
    np.testing.assert_array_equal(one.losses(("s003",)), other.losses(("s003",)))


def test_a_world_is_the_same_in_another_process() -> None:
    script = (
        "from composer.bench.synthetic import synthetic\n"
        "world = synthetic('synthetic/sparse-60-a')\n"
        "print(repr((world.incumbent, float(world.losses(('s001', 's007'))[1].mean()), world.oracle)))"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    world = synthetic("synthetic/sparse-60-a")
    assert told.strip() == repr((world.incumbent, float(world.losses(("s001", "s007"))[1].mean()), world.oracle))
