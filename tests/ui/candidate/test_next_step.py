"""What comes next, in the words of the page: a sentence for every step, and objections first."""

from __future__ import annotations

from typing import get_args

import pytest

from composer.review.blockers import Blocker
from composer.review.next_step import NextStep, StepKind
from ui.candidate.next_step import WORDS, next_step_text

OBJECTION = Blocker("changes requested", who="Joan", number=4)
GATE = Blocker("gate fails", what="tokens ≤ +0", detail="+3")
REGRESSIONS = Blocker("unresolved regressions", count=2)


def test_every_step_has_a_sentence() -> None:
    assert set(WORDS) == set(get_args(StepKind))


@pytest.mark.parametrize("kind", get_args(StepKind))
def test_a_sentence_has_no_gap_and_ends(kind: StepKind) -> None:
    blockers = (OBJECTION, GATE, REGRESSIONS, Blocker("stale", what="snippet a v1 is retired"))
    text = next_step_text(NextStep(kind, blockers=blockers, about=OBJECTION, number=2))
    assert "{" not in text
    assert text.endswith(".")
    assert ": ." not in text


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (
            NextStep("decide", blockers=(OBJECTION,)),
            "Settle this first: Joan asked for changes. Read on, and give your verdict at the end of the page.",
        ),
        (NextStep("settle", blockers=(OBJECTION, REGRESSIONS)), "Settle this first: Joan asked for changes."),
        (
            NextStep("dispose", blockers=(GATE, REGRESSIONS)),
            "Resolve 2 regressions (key n opens the worst): acceptable, it blocks, or its label is wrong. "
            "Then decide.",
        ),
        (NextStep("gate fails", blockers=(GATE,)), "It can't be approved: the gate “tokens ≤ +0” fails: +3."),
        (
            NextStep("search again", blockers=(Blocker("stale", what="snippet a v1 is retired"),)),
            "Start a new run: snippet a v1 is retired.",
        ),
        (NextStep("replaced"), "Nothing: another prompt was released since. Prompts can roll back to it."),
        (
            NextStep("replaced", blockers=(Blocker("stale", what="the task was edited"),)),
            "Nothing: another prompt was released since. It can't be rolled back to: stale: the task was edited.",
        ),
    ],
)
def test_the_sentence_names_what_is_in_the_way(step: NextStep, text: str) -> None:
    assert next_step_text(step) == text
