"""One example opened: inputs, gold label, raw answers, and the likely cause."""

from __future__ import annotations

from dataclasses import replace

from composer.analysis.examples import ExampleView, ParsedAnswer
from composer.evaluation.outcomes import Row
from composer.evaluation.parsing import parse_answer
from composer.home.paths import Home
from composer.models.answer import Answer
from tests import small
from tests.ui.pages import Open, candidate_page, seen
from ui.candidate.example_detail import pane
from ui.candidate.examples import reported


def test_an_open_row_shows_inputs_people_and_both_raw_answers_verbatim(furnished: Home, visit: Open) -> None:
    row = candidate_page(visit, furnished, show="malformed").dataframe[0].value["example"].iloc[0]
    shown = seen(candidate_page(visit, furnished, show="malformed", row=row))
    assert "&lt;i&gt;Rating&lt;/i&gt;: I would say **4** out of 5, since both\nmention the government." in shown
    assert "not JSON" in shown
    assert "<i>Rating" not in shown
    assert "1 of " in shown


def test_the_likely_cause_is_named_where_the_answers_are_stored(furnished: Home, visit: Open) -> None:
    row = candidate_page(visit, furnished).dataframe[0].value["example"].iloc[0]
    assert "likely cause</b>: better without it" in seen(candidate_page(visit, furnished, row=row))


def opened(answer: Answer) -> tuple[str, dict[str, object]]:
    """The pane of an example that got this answer before, and the cells of the file that the page saves."""
    task, example = small.task(), small.example(1, "test")
    view = ExampleView(
        example,
        Row(example.id, 1.0, 1.0, False, False),
        ParsedAnswer(answer, parse_answer(task.output, answer)),
        None,
        flipped=False,
    )
    return pane(view, task.output), reported("before", view.before)


def test_a_malformed_answer_says_why_it_is_and_what_was_reported_of_it() -> None:
    shown, cells = opened(Answer("", 11, 0, 0.1, "stop", refusal="I <can't>."))
    assert "a refusal: I &lt;can" in shown
    assert "finish_reason stop" in shown
    assert "<can't>" not in shown
    assert cells["error_before"] == "a refusal: I <can't>."
    assert (cells["finish_reason_before"], cells["refusal_before"]) == ("stop", "I <can't>.")


def test_reasoning_stands_apart_from_the_answer_and_the_model_that_gave_it_is_named() -> None:
    answer = Answer("", 11, 40, 0.1, "length", reasoning="Let <me>", reasoning_tokens=1200)
    shown, cells = opened(replace(answer, served_model="m-2026", system_fingerprint="fp_1"))
    assert "empty: it was cut off at max_tokens while reasoning" in shown
    assert "reasoning, not parsed, 1,200 tokens" in shown
    assert "<pre>Let &lt;me&gt;</pre>" in shown
    assert "answered by m-2026 fp_1" in shown
    assert (cells["reasoning_tokens_before"], cells["served_model_before"]) == (1200, "m-2026")


def test_columns_that_came_with_the_data_are_shown_where_there_are_any() -> None:
    example = small.example(1, "test")
    view = ExampleView(example, Row(example.id, 1.0, 1.0, False, False), None, None, flipped=False)
    assert "from the data file" not in pane(view, small.task().output)
    kept = replace(view, example=replace(example, extras={"si<te": "a & b", "long": "x" * 500}))
    shown = pane(kept, small.task().output)
    assert "si&lt;te:</span> a &amp; b" in shown
    assert "x" * 57 + "…" in shown
    assert "x" * 61 not in shown
