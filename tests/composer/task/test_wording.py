"""What a task asks for, in words."""

from __future__ import annotations

from composer.task.wording import data_in_words, output_in_words, policy_in_words, snippets_in_words
from tests import small


def test_output_snippets_and_data_are_said_in_a_line_each() -> None:
    assert output_in_words(small.task()) == "rating: 1 to 5, as json; measured by nmse"
    assert output_in_words(small.label_task()) == "label: good, bad, as json; measured by accuracy"
    assert snippets_in_words(small.task()) == "at most 3, tagged anything"
    tagged = small.task(snippets={"max": 3, "tags": ["a", "b"], "max_tokens": 90}, policy={"keep_incumbent": True})
    expected = "at most 3 and about 90 tokens, tagged a, b; those of the prompt in use stay"
    assert snippets_in_words(tagged) == expected
    assert data_in_words(small.task()) == "import; authoring 10%, dev 40%, test 50%"


def test_a_policy_is_said_without_the_names_of_its_fields() -> None:
    said = policy_in_words(small.task())
    assert said == (
        "risk low; approvals 1; newer versions of snippets: stale; "
        "gates: NMSE improves, valid rate not worse, no example lost that must not regress"
    )
    gates = {
        "valid_rate": False,
        "not_worse": ["spearman", "mae"],
        "tolerance": {"mae": 0.1},
        "max_worse_share": 0.2,
        "max_extra_tokens": 1500,
        "max_seconds_growth": 0.2,
        "max_cost_growth": 0.1,
        "advisory": ["max_worse_share"],
    }
    strict = policy_in_words(small.task(risk="high", policy={"gates": gates}))
    assert "approvals 2 by others than its proposer; every regression resolved" in strict
    assert strict.endswith(
        "gates: NMSE improves, no example lost that must not regress, spearman not worse, "
        "mae not worse by more than 0.1, at most 20% of the examples worse, "
        "at most 1,500 more prompt tokens, at most 20% more seconds an answer, at most 10% more money an answer "
        "(shown alone: max_worse_share)"
    )
