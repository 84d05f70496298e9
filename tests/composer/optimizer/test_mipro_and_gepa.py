"""DSPy's own optimizers, held to compositions: their schedules, and that no invented key gets in."""

from __future__ import annotations

import json
import logging
from functools import partial

import dspy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.optimizer.gepa import Evidence, Proposer, gepa
from composer.optimizer.mipro import mipro, planned
from composer.optimizer.program import Halted, named
from composer.search.constraints import Rules
from composer.search.problem import BudgetedScorer
from tests.composer.search.worlds import EXAMPLES, KEYS, World, found, problem
from tests.scripted import ScriptedEngine, scripted_lm


class TestPlan:
    @given(budget=st.integers(1, 20_000), examples=st.integers(1, 2_000))
    def test_it_fits_the_budget_and_the_examples(self, budget: int, examples: int) -> None:
        plan = planned(budget, examples)
        assert 1 <= plan.examples <= examples
        assert plan.cells <= budget or plan.examples == 1

    def test_its_settings_are_those_of_miprov2(self) -> None:
        from dspy.teleprompt.mipro_optimizer_v2 import AUTO_RUN_SETTINGS, MIN_MINIBATCH_SIZE

        optimizer = dspy.MIPROv2(metric=lambda *_: 0.0, prompt_model=object(), task_model=object())
        student = dspy.Predict("question -> answer")
        for setting, budget in {"light": 700, "medium": 2_400, "heavy": 20_000}.items():
            own = AUTO_RUN_SETTINGS[setting]
            plan = planned(budget, 2_000)
            assert (plan.candidates, plan.examples) == (own["n"], own["val_size"])
            assert plan.trials == optimizer._set_num_trials_from_num_candidates(student, True, own["n"])
            assert plan.minibatch == (own["val_size"] > MIN_MINIBATCH_SIZE)


def test_mipro_measures_the_incumbent_in_full_first_and_then_minibatches_of_35() -> None:
    world = World()
    examples = tuple(f"e{number:03}" for number in range(60))
    best = found(world, mipro, budget=2000, incumbent=("d",), examples=examples)
    assert world.asked[:60] == [(("d",), example) for example in examples]
    assert len({keys for keys, _ in world.asked}) <= 18
    assert best.reason == "settled"
    assert best.gain > 0


@pytest.mark.parametrize("strategy", [mipro, gepa])
def test_nothing_is_printed_and_what_was_silenced_speaks_again(
    strategy: object, capfd: pytest.CaptureFixture[str]
) -> None:
    import tqdm

    start, level = tqdm.tqdm.__init__, logging.getLogger("dspy").level
    found(World(), strategy)  # type: ignore[arg-type]
    assert capfd.readouterr() == ("", "")
    assert (tqdm.tqdm.__init__, logging.getLogger("dspy").level) == (start, level)


def picking(keys: object) -> dspy.LM:
    answer = f"[[ ## chosen_keys ## ]]\n{json.dumps(keys)}\n\n[[ ## completed ## ]]"
    return scripted_lm(ScriptedEngine(lambda _system, _user: answer))


class TestGepa:
    def test_a_model_picks_keys_and_what_breaks_a_rule_is_mended(self) -> None:
        world = World(noise=0.02)
        best = found(world, partial(gepa, reflection_lm=picking(["a", "e", "b"])))
        assert best.keys == ("a", "b")
        assert {keys for keys, _ in world.asked} == {(), ("a", "b")}

    @pytest.mark.parametrize("keys", [["a", "say-please"], ["z"], "Answer well.", [""], [["a"]]])
    def test_an_invented_key_never_gets_in(self, keys: object) -> None:
        world = World()
        best = found(world, partial(gepa, reflection_lm=picking(keys)))
        assert {keys for keys, _ in world.asked} == {()}
        assert (best.keys, best.tried, best.reason) == ((), 0, "settled")

    def test_it_shows_the_model_the_library_and_the_failures(self) -> None:
        engine = ScriptedEngine(lambda _system, _user: "[[ ## chosen_keys ## ]]\n[]")
        found(World(), partial(gepa, reflection_lm=scripted_lm(engine), texts={"a": "Think it over."}))
        assert "a: Think it over." in engine.asked[0][1]
        assert "e0" in engine.asked[0][1]
        assert not any(line in engine.asked[0][0] for line in EXAMPLES)

    def test_a_model_that_fails_ends_the_search(self) -> None:
        def down(_system: str, _user: str) -> str:
            raise ConnectionError("the model can't be reached")

        with pytest.raises((ConnectionError, dspy.LMError)):
            found(World(), partial(gepa, reflection_lm=scripted_lm(ScriptedEngine(down))))


class TestProposer:
    def test_it_returns_each_allowed_composition_once(self) -> None:
        given_problem = problem(World(), incumbent=("a",))
        picks = iter([("b",), ("b",), ("a", "e"), ("a",), None])
        proposer = Proposer(given_problem, lambda _parent, _failed: next(picks))
        dataset = {"speaker": [{"Inputs": {"example_id": "e00"}, "Generated Outputs": {"loss": "0.5"}}]}
        texts = [proposer({"speaker": named(("a",))}, dataset, ["speaker"]) for _ in range(5)]
        assert texts == [{"speaker": named(("b",))}, {}, {}, {}, {}]
        assert proposer.idle == 4

    def test_it_hands_on_the_examples_that_failed(self) -> None:
        seen = []
        proposer = Proposer(problem(World()), lambda parent, failed: seen.append((parent, failed)))
        record = {"Inputs": {"example_id": "e00"}, "Generated Outputs": {"loss": "0.0"}}
        missed = {"Inputs": {"example_id": "e01"}, "Generated Outputs": {"loss": "1.0"}}
        proposer({"speaker": named(("b",))}, {"speaker": [record, missed]}, ["speaker"])
        assert seen == [(("b",), ["e01"])]

    def test_a_parent_that_names_no_composition_halts(self) -> None:
        proposer = Proposer(problem(World()), lambda _parent, _failed: ("a",))
        with pytest.raises(Halted):
            proposer({"speaker": "Answer well."}, {}, ["speaker"])


class TestEvidence:
    def test_it_prefers_what_saved_on_the_failures_and_their_tags(self) -> None:
        world = World({"b": -0.4, "c": 0.4}, noise=0.0)
        tags = {"b": frozenset({"x"}), "d": frozenset({"x"})}
        scorer = BudgetedScorer(problem(world, tags=tags), 1000, lambda _step: None)
        scorer.losses([(keys, ["e00"]) for keys in ((), ("b", "e"), ("c",))])
        evidence = Evidence(scorer, np.random.default_rng(0))
        savings = evidence._savings({"e00"})
        assert savings["b"] > 0 > savings["c"]
        assert savings["d"] == savings["b"]
        assert savings["j"] == 0
        drawn = [evidence((), ["e00"]) for _ in range(60)]
        count = {key: sum(key in (keys or ()) for keys in drawn) for key in KEYS}
        assert count["b"] > 5 * count["j"]
        assert count["c"] == 0

    def test_where_every_edit_was_tried_there_is_none(self) -> None:
        scorer = BudgetedScorer(
            problem(World(), snippets=("a",), rules=Rules(max_length=1)), 1000, lambda _step: None
        )
        scorer.losses([(("a",), ["e00"])])
        assert Evidence(scorer, np.random.default_rng(0))((), ["e00"]) is None
