"""A task drafted from a table and a prompt: what is found in both, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from composer.data.columns import ColumnMap
from composer.data.drafting import Draft, Wishes, draft
from composer.data.readers import read_table
from library.errors import Refused

Drafted = Callable[..., Draft]
PROMPT = 'Rate how urgent a message is, from 1 to 5.\nAnswer with JSON only, in the form {"urgency": N}.\n'
SPAM = "Say whether the text is spam or ham. Answer with that word alone.\n"


@pytest.fixture
def drafted(tmp_path: Path) -> Drafted:
    def of(head: str, rows: list[str], prompt: str = PROMPT, name: str = "urgency", **wishes: Any) -> Draft:
        path = tmp_path / "rows.csv"
        path.write_text("\n".join([head, *rows]) + "\n")
        return draft(name, read_table(path), prompt, "a.txt", Wishes(**wishes))

    return of


def rated(number: int = 60) -> list[str]:
    return [f"Message {n} of the day,{n % 4 + 1},{n % 3 + 2},{n % 5 + 1}" for n in range(number)]


def test_three_raters_and_a_prompt_make_a_task_that_asks_for_nothing_more(drafted: Drafted) -> None:
    found = drafted("message,rater1,rater2,rater3", rated())
    task = found.task
    assert (task.inputs, task.message) == (("message",), "Message: {{message}}")
    assert (task.output.field, task.output.kind, task.output.format) == ("urgency", "ordinal", "json")
    assert task.output.scale == (1, 5)
    assert task.base == PROMPT + "{{snippets}}"
    assert task.data.splits.shares == (0.0, 0.3, 0.7)
    assert all(1 < cut < 5 for cut in task.data.strata)
    assert task.data.strata
    assert (task.risk, task.terms.approvals) == ("low", 1)
    assert len(found.records) == 60
    assert found.records[0].ratings == {"rater1": 1, "rater2": 2, "rater3": 1}
    facts = dict(found.facts)
    assert facts["answer"] == "urgency: 1 to 5 (as the prompt says)"
    assert "few examples" in facts["splits"]


def test_without_a_scale_in_the_prompt_the_ratings_tell_one_and_a_given_one_comes_first(drafted: Drafted) -> None:
    rows = [f"Message {n} of the day,{n % 3 + 2}" for n in range(40)]
    plain = "Rate how urgent it is. Answer with the number alone.\n"
    found = drafted("message,urgency", rows, plain)
    assert (found.task.output.scale, found.task.output.format) == ((2, 4), "plain")
    assert "the range of the ratings" in dict(found.facts)["answer"]
    assert drafted("message,urgency", rows, plain, scale=(1, 5)).task.output.scale == (1, 5)
    other = drafted("message,urgency", rows, "Rate it from 0 to 3. Answer with the number alone.")
    assert "though the prompt says 0 to 3" in dict(other.facts)["answer"]


def test_texts_are_labels_and_ties_of_raters_are_told(drafted: Drafted) -> None:
    rows = [f"Text {n} for you,{'spam' if n % 3 else 'ham'},{'ham' if n % 5 == 0 else 'spam'}" for n in range(30)]
    found = drafted("text,anna,bo", rows, SPAM, "mail")
    output = found.task.output
    assert (output.kind, output.labels, output.field) == ("label", ("spam", "ham"), "label")
    assert found.columns.raters == ("anna", "bo")
    assert found.task.data.ties == "first"
    assert "in which raters are tied" in dict(found.facts)["ties"]
    assert (
        drafted("text,gold", [f"Text {n} it is,{'ab'[n % 2]}" for n in range(9)], SPAM).task.data.ties == "refuse"
    )


def test_inputs_that_the_prompt_names_are_put_where_it_has_them(drafted: Drafted) -> None:
    rows = [f"What is {n}?,It is the number {n},{n % 5 + 1}" for n in range(40)]
    found = drafted(
        "Query Text,answer given,rating", rows, PROMPT + "\nQuery: {query_text}\nAnswer: {answer_given}"
    )
    assert found.task.inputs == ("query_text", "answer_given")
    assert found.task.message == "Query: {{query_text}}\nAnswer: {{answer_given}}"
    assert found.columns.inputs == {"query_text": "Query Text", "answer_given": "answer given"}


def test_one_placeholder_of_any_name_stands_for_the_one_text(drafted: Drafted) -> None:
    rows = [f"Message {n} of the day,{n % 5 + 1}" for n in range(40)]
    found = drafted("Was gesagt wurde,rating", rows, PROMPT + "\nText: {{ Ticket }}")
    assert found.columns.inputs == {"ticket": "Was gesagt wurde"}
    assert found.task.message == "Text: {{ticket}}"


def test_named_columns_come_first_and_odd_names_become_names_of_fields(drafted: Drafted) -> None:
    rows = [f"Message {n} of the day,Other {n} of the day,{n % 5 + 1}" for n in range(40)]
    asked = ColumnMap(inputs={"2nd text": "2nd text"})
    found = drafted("class,2nd text,score", rows, columns=asked)
    assert found.columns.inputs == {"text_2nd_text": "2nd text"}
    assert found.records[0].extras == {"class": "Message 0 of the day"}


def test_what_is_wrong_with_rows_columns_or_prompt_is_refused(drafted: Drafted) -> None:
    with pytest.raises(Refused, match="is no column"):
        drafted("message,rater1,rater2,rater3", rated(), columns=ColumnMap(gold="nope"))
    with pytest.raises(Refused, match="line 62") as refused:
        drafted("message,rater1,rater2,rater3", [*rated(), "Late,9,1,x"], scale=(1, 5))
    assert "outside the scale" in str(refused.value)
    with pytest.raises(Refused, match="no column is known to hold the texts"):
        drafted("a,b", ["1,2", "2,1"])
    with pytest.raises(Refused, match=r"field output\.field"):
        drafted("message,gold", [f"Message {n} it is,{n % 5}" for n in range(9)], 'Say {"Urgency": N}')
    with pytest.raises(Refused, match="can't be negative"):
        drafted("message,gold", [f"Message {n} it is,{n % 5 - 2}" for n in range(9)], "Rate it.")


def test_more_fields_than_one_in_the_prompt_are_pointed_out(drafted: Drafted) -> None:
    found = drafted("message,rater1,rater2,rater3", rated(), 'From 1 to 5, as {"urgency": N, "why": "…"}')
    assert "asks for urgency, why: more than urgency is malformed" in dict(found.facts)["answer"]


def test_an_example_of_what_comes_in_is_no_answer(drafted: Drafted) -> None:
    prompt = 'Rate it from 1 to 5. For {"message": "The site is down"} answer {"urgency": 5}.'
    found = drafted("message,rater1,rater2,rater3", rated(), prompt).task
    assert (found.inputs, found.output.field) == (("message",), "urgency")


def test_many_rows_set_some_aside(drafted: Drafted) -> None:
    assert drafted("message,rater1,rater2,rater3", rated(200)).task.data.splits.shares == (0.0, 0.4, 0.6)
    assert drafted("message,rater1,rater2,rater3", rated(400)).task.data.splits.shares == (0.1, 0.4, 0.5)
