"""Why there is a no-go, in sentences a person can act on; none where what was found is of use."""

from __future__ import annotations

from dataclasses import replace

from composer.adaptation.outcome import SideKind
from composer.adaptation.reasons import Facts, in_order, no_go, sights
from composer.answers.evaluator import Counts
from composer.evaluation.caveats import Constant
from composer.evaluation.outcomes import Gate
from composer.runs.summary import RunResult, ValidRate
from tests.composer.adaptation.measured import side

RESULT = RunResult(
    task="small",
    target="other",
    strategy="effects",
    seed=0,
    cells=Counts(300, 0, 300),
    tried=40,
    stopped="the budget is spent",
    keys=("exact",),
    incumbent=None,
    candidate=None,
    difference=None,
    examples=None,
    gates=(),
    candidate_id=3,
    let_through=True,
    message="",
    reachable=1.0,
    more=0.0,
    best_valid=ValidRate(keys=("exact",), valid=3, answers=4),
)


FACTS = Facts(
    "nmse",
    "lower",
    "other",
    RESULT,
    "",
    Constant("3", 8.0),
    1.5,
    side("source", 2.0, target="tiny"),
    side("adapted", 4.0),
)


def test_what_passes_the_gates_and_beats_a_constant_answer_has_no_reasons() -> None:
    assert no_go(FACTS) == ()


def test_failing_gates_are_named_with_their_figures_and_the_gap_to_the_source() -> None:
    gates = (
        Gate("improves", True, "[-3, -1]"),
        Gate("spearman", False, "-0.1"),
        Gate("tokens", False, "+9", binding=False),
    )
    found = no_go(replace(FACTS, result=RESULT.model_copy(update={"let_through": False, "gates": gates})))
    assert found[0] == "What the search found does not pass the policy’s gates: spearman −0.1."
    assert "100.0% of its answers are valid." in found
    there = "On tiny the prompt comes to NMSE 2.00 on the sealed examples"
    assert f"{there}; here the adapted one comes to 4.00, 2.00 behind." in found
    assert found[-1] == "One more person, compared with the others, would come to NMSE 1.50."


def test_what_is_no_better_than_a_constant_is_no_candidate_though_its_gates_pass() -> None:
    found = no_go(replace(FACTS, adapted=side("adapted", 8.2, valid_rate=0.4)))
    assert found[0] == "It is no better than always answering “3”: NMSE 8.20 against 8.00."
    assert "40.0% of its answers are valid." in found


def test_a_bar_out_of_reach_comes_with_its_probability_and_the_best_valid_rate() -> None:
    result = RESULT.model_copy(update={"candidate_id": None, "let_through": None, "reachable": 0.03})
    found = no_go(replace(FACTS, result=result, adapted=None))
    assert (
        found[0] == "With a probability of 97% no composition does better than always answering “3” (NMSE 8.00)."
    )
    assert found[1] == "The best valid rate of any composition was 75% (3 of 4 answers, exact)."
    assert found[2] == "On tiny the prompt comes to NMSE 2.00 on the sealed examples."


def test_nothing_better_than_what_is_in_use_is_a_reason_of_its_own() -> None:
    result = RESULT.model_copy(update={"candidate_id": None, "let_through": None})
    found = no_go(replace(FACTS, result=result, adapted=None))
    assert found[0] == "None of 40 compositions beat what the new target has now (the budget is spent)."


def test_answers_that_came_to_nothing_are_the_first_reason() -> None:
    found = no_go(replace(FACTS, result=None, adapted=None, malformed="8 of 8 answers are malformed: cut off."))
    assert found[0] == "8 of 8 answers are malformed: cut off."


def test_what_a_larger_budget_could_find_is_said_in_points_of_the_metric() -> None:
    more = RESULT.model_copy(update={"more": 0.02})
    found = sights(replace(FACTS, result=more), "a gain of 2.1 NMSE points is detected 4 times in 5")
    assert (
        found[0] == "The composition that looks best was not asked often enough to be chosen: −2.00 NMSE expected."
    )
    chance = "composition beats always answering “3” with a probability of over 98%."
    assert found[1] == f"By the answers on dev examples alone, some {chance}"
    assert sights(replace(FACTS, result=more, adapted=None), "")[1] == f"Some {chance}"
    assert found[2] == "A gain of 2.1 NMSE points is detected 4 times in 5."
    accuracy = replace(FACTS, metric="accuracy", better_is="higher", result=more)
    assert "+2.0 points of accuracy expected" in sights(accuracy, "")[0]
    hopeless = replace(FACTS, result=more.model_copy(update={"reachable": 0.0}))
    assert not any("asked often enough" in one for one in sights(hopeless, ""))
    assert sights(FACTS, "")[0].startswith("By the search’s model nothing that it knows of would be better")


def test_sides_are_read_from_where_the_prompt_came_from_to_what_became_of_it() -> None:
    kinds: tuple[SideKind, ...] = ("adapted", "in use", "source", "plain transfer")
    assert [one.kind for one in in_order([side(kind, 2.0) for kind in kinds])] == [
        "source",
        "in use",
        "plain transfer",
        "adapted",
    ]
