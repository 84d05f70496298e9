"""One disagreement opened: everything of it as it is, and beside it what people said."""

from __future__ import annotations

from dataclasses import replace

from composer.curation.disagreements import Judged, judge
from tests import small
from ui.disagreements.opened import in_words, pane

TASK = small.task()
EXAMPLE = replace(
    small.example(0, "authoring"),
    gold=2.5,
    slice="shop",
    inputs={"query": "<b>what</b> *is* it?", "document": "two\n  lines {{x}}"},
    explanation="Ann: it sells <i>something</i>.",
    ratings={"ann": 1.0, "bob": 4.0},
)


def row(text: str, **changes: object) -> Judged:
    example = replace(EXAMPLE, **changes)  # type: ignore[arg-type]
    return judge(TASK, [example], {example.id: small.answer(text)})[0]


def test_inputs_notes_and_the_raw_answer_are_shown_as_they_are() -> None:
    shown = pane(row("I <b>think</b> 4"), TASK.output)
    for words in (
        "&lt;b&gt;what&lt;/b&gt; *is* it?",
        "two\n  lines {{x}}",
        "Ann: it sells &lt;i&gt;something&lt;/i&gt;.",
        "I &lt;b&gt;think&lt;/b&gt; 4",
        "malformed</b>",
        "not JSON",
    ):
        assert words in shown


def test_ratings_are_drawn_with_the_answer_and_called_uncertain_where_people_are_far_apart() -> None:
    shown = pane(row('{"rating": 5}'), TASK.output)
    assert 'aria-label="what 2 people rated: 1 ×1, 4 ×1"' in shown
    assert "▲ model 5" in shown
    assert "nobody rated like this" in shown
    assert "1.5 apart (standard deviation): the label is uncertain" in shown
    agreed = pane(row('{"rating": 4}', ratings={"ann": 2.0, "bob": 2.0, "eve": 4.0, "gil": 2.0}), TASK.output)
    assert "inside people’s range" in agreed
    assert "ic-histogram" not in pane(row('{"rating": 5}', ratings={}), TASK.output)


def test_how_they_differ_is_said_in_words() -> None:
    assert in_words(row('{"rating": 5}')) == "2.5 too high · shop"
    assert in_words(row('{"rating": 1}', slice="")) == "1.5 too low"
    assert in_words(row("no")) == "malformed · shop"
