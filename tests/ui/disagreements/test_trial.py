"""What trying a draft came to, on the page: figures beside the line, and every text as it is."""

from __future__ import annotations

from dataclasses import replace

from composer.curation.trying import Tried, tried
from composer.data.examples import Example
from composer.prompts.composition import Composition
from composer.prompts.trial import Trial
from tests import small
from tests.composer.curation.authoring import DRAFT, aside
from ui.disagreements.trial import rows, summary

TASK = small.task()
DATA = tuple(
    replace(one, inputs={"query": "<b>q</b>", "document": f"*{one.id}* {'long ' * 60}"}) for one in aside(12)
)


def outcome(data: tuple[Example, ...] = DATA, apart: tuple[str, ...] = ()) -> Tried:
    right = [f'{{"rating": {round(float(one.gold))}}}' for one in data]
    before = ['{"rating": 5}', "<i>no</i>", *right[2:]]
    after = [*right[:2], '{"rating": 1}', *right[3:]]
    pairs = [(small.answer(was), small.answer(now)) for was, now in zip(before, after, strict=True)]
    return tried(TASK, Trial(Composition(TASK.base), DRAFT), data, pairs, apart)


def test_the_summary_has_what_becomes_better_and_worse_the_metric_and_what_it_is_worth() -> None:
    shown = summary(outcome(), "release <3>")
    for words in (
        "2</b> better",
        "1</b> worse",
        "9 as before",
        "release &lt;3&gt;",
        "NMSE",
        "1 → <b>0</b>",
        "flatters any change",
        "no evidence",
    ):
        assert words in shown
    assert "[" not in shown, "an interval would vouch for a sample that was chosen"


def test_where_all_examples_are_those_it_was_written_from_there_is_nothing_to_count() -> None:
    assert "nothing to count" in summary(outcome(apart=tuple(one.id for one in DATA)), "release 3")


def test_rows_show_texts_as_they_are_and_the_raw_answer_on_hover() -> None:
    done = outcome()
    shown = rows("What it <fixes>", done.rows, done, {one.id: one for one in DATA})
    assert "What it &lt;fixes&gt;" in shown
    assert "&lt;b&gt;q&lt;/b&gt;" in shown
    assert "*authoring-01*" in shown
    assert "…" in shown
    assert 'title="{&quot;rating&quot;: 1}"' in shown
    assert shown.index("authoring-01") < shown.index("authoring-02")
    assert "malformed" in shown
