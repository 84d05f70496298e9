"""What became of carrying a prompt to a target, in a few words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from composer.adaptation.outcome import Cost, Outcome
from composer.adaptation.records import Adaptation
from composer.adaptation.wording import UNCHANGED, ended_in_words, over_transfer
from tests import small
from tests.composer.adaptation.measured import side

WAITING = Adaptation(
    id=1,
    task="small",
    source="tiny",
    target="other",
    baseline=("exact",),
    base=None,
    bar=None,
    run_id=1,
    run_state="running",
    message="",
    answers=0,
    expected=100,
    budget=100,
    seed=0,
    strategy="effects",
    started_by="Ada",
    created_at=small.NOW,
    ended_at=None,
    outcome=None,
)


def ended(**changes: Any) -> Adaptation:
    known: dict[str, Any] = {
        "kind": "candidate",
        "metric": "nmse",
        "candidate_id": 7,
        "keys": ("exact",),
        "reasons": (),
        "sides": (),
        "against_transfer": None,
        "dev_gain": None,
        "floor": 12.0,
        "floor_answer": "3",
        "ceiling": None,
        "best_valid": None,
        "reachable": None,
        "sights": (),
        "cost": Cost(answers=10, paid=10, full=30, seconds=1.0, money=None),
    }
    return replace(WAITING, run_state="finished", outcome=Outcome(**{**known, **changes}))


def test_one_at_work_says_how_far_it_is() -> None:
    assert ended_in_words(WAITING) == "adapted from tiny: running"


def test_one_that_ended_names_its_candidate_or_its_main_reason() -> None:
    assert ended_in_words(ended()) == "adapted from tiny: candidate 7"
    reasons = ("No answer is valid.", "The floor is out of reach.")
    no_go = ended(kind="no-go", candidate_id=None, reasons=reasons)
    assert ended_in_words(no_go) == "adapted from tiny: no-go. No answer is valid."


def test_a_prompt_that_nothing_beat_is_told_as_the_one_carried_over() -> None:
    same = ended(sides=(side("plain transfer"), side("adapted"))).outcome
    unmeasured = ended(sides=()).outcome
    assert same is not None
    assert unmeasured is not None
    assert over_transfer(same) == UNCHANGED
    assert over_transfer(unmeasured) == ""
