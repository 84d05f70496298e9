"""A candidate's evidence example by example: the gold label, both prompts' answers, and how they were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from composer.answers.store import stored_answers, stored_texts
from composer.data.examples import Example
from composer.evaluation.outcomes import Row
from composer.evaluation.parsing import Parsed, parse_answer
from composer.models.answer import Answer
from composer.registry.datasets import examples_named, examples_of, inputs_of
from composer.review.status import Review
from composer.task.task import Output


@dataclass(frozen=True)
class ParsedAnswer:
    """A model's answer to one example: what came, and how its text was read."""

    answer: Answer
    parsed: Parsed

    @property
    def text(self) -> str:
        """The raw text."""
        return self.answer.text


@dataclass(frozen=True)
class ExampleView:
    """One test example as a reviewer sees it; an answer is None where its row is no longer stored."""

    example: Example
    row: Row
    before: ParsedAnswer | None
    after: ParsedAnswer | None
    flipped: bool


def flipped(output: Output, row: Row) -> bool:
    """Whether the judgement changed sides: right to wrong or back, or across the middle of the scale."""
    if output.kind == "label":
        return (row.incumbent_loss == 0) != (row.candidate_loss == 0)
    middle = sum(output.scale) / 2
    sides = [
        (value > middle) - (value < middle)
        for value in (row.incumbent_value, row.candidate_value)
        if isinstance(value, int | float)
    ]
    return len(sides) == 2 and sides[0] * sides[1] < 0


def rows_of(session: Session, review: Review) -> tuple[Row, ...]:
    """Return every row of a candidate's evidence, with labels and values also where it is older than these."""
    rows = review.candidate.rows
    if all(row.gold != "" for row in rows):
        return rows
    views = example_views(session, review)
    return tuple(
        replace(
            view.row,
            gold=view.example.gold,
            slice=view.example.slice,
            must_not_regress=view.example.must_not_regress,
            incumbent_value=view.before.parsed.value if view.before else None,
            candidate_value=view.after.parsed.value if view.after else None,
        )
        for view in views
    )


def example_views(session: Session, review: Review, ids: Sequence[str] | None = None) -> tuple[ExampleView, ...]:
    """Join rows of a candidate's evidence with their examples and both raw answers, in evidence order.

    All of them, or those of `ids` alone.
    """
    evidence, output = review.candidate.evidence, review.task.output
    wanted = None if ids is None else set(ids)
    places = [
        place for place, row in enumerate(review.candidate.rows) if wanted is None or row.example_id in wanted
    ]
    rows = [review.candidate.rows[place] for place in places]
    dataset = evidence.data.dataset
    named = (
        examples_of(session, dataset, "test")
        if wanted is None
        else examples_named(session, dataset, [row.example_id for row in rows])
    )
    known = {example.id: example for example in named}
    sides = (evidence.incumbent, evidence.candidate)
    before, after = ([side.cells[place] for place in places] for side in sides)
    answers = stored_answers(session, [*before, *after])
    return tuple(
        ExampleView(
            known[row.example_id],
            row,
            earlier := _parsed(output, answers.get(was)),
            later := _parsed(output, answers.get(now)),
            flipped(output, _read(row, earlier, later)),
        )
        for row, was, now in zip(rows, before, after, strict=True)
    )


def texts_of(session: Session, review: Review) -> Mapping[str, str]:
    """Return the text to search in, by example id: its id, inputs and both answers, in lower case."""
    evidence = review.candidate.evidence
    sides = (evidence.incumbent, evidence.candidate)
    answers = [stored_texts(session, evidence.target.hash, side.fingerprint, side.cells) for side in sides]
    inputs = inputs_of(session, evidence.data.dataset)
    keys = zip(*(side.cells for side in sides), strict=True)
    return {
        row.example_id: "\n".join(
            [
                row.example_id,
                *inputs[row.example_id],
                *(known[key] for known, key in zip(answers, pair, strict=True) if key in known),
            ]
        ).lower()
        for row, pair in zip(review.candidate.rows, keys, strict=True)
    }


def _parsed(output: Output, answer: Answer | None) -> ParsedAnswer | None:
    return None if answer is None else ParsedAnswer(answer, parse_answer(output, answer))


def _read(row: Row, before: ParsedAnswer | None, after: ParsedAnswer | None) -> Row:
    values = [None if answer is None else answer.parsed.value for answer in (before, after)]
    return replace(row, incumbent_value=values[0], candidate_value=values[1])
