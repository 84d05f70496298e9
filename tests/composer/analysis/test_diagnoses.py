"""Diagnoses: which snippet gains what, which is to blame for a regression, and how unsteady the model is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlmodel import Session

from composer.analysis import diagnoses
from composer.analysis.diagnoses import (
    NOISE_REPLICATE,
    ablation_results,
    ablations,
    increments,
    questions_for,
    repeatability,
    steps,
)
from composer.home.paths import Home
from composer.prompts.composition import Composition
from composer.registry.datasets import dataset_of, examples_of
from composer.review.status import Review
from library.database import Database
from library.versions import SnippetVersion
from tests import small
from tests.composer.review import acts
from tests.scripted import ScriptedEngine, connecting

BASE = small.TASK["base"]


def one(key: str, version: int = 1) -> SnippetVersion:
    return small.snippet(key, f"{key} {version}", number=10 * ord(key) + version, version=version)


class Between(Review):
    """A review of two compositions alone; `!` is another base."""

    def __init__(self, before: str, after: str) -> None:
        for name, keys in (("incumbent", before), ("composition", after)):
            base = small.PROMPT_BASE if keys.startswith("!") else BASE
            versions = [one(key.lower(), 2 if key.isupper() else 1) for key in keys.removeprefix("!")]
            object.__setattr__(self, name, Composition(base, tuple(versions)))


def named(before: str, after: str) -> list[tuple[str, str]]:
    """The steps, with the keys of each; a capital is a second version."""
    return [(name, keys(composition)) for name, composition in increments(Between(before, after))]


def keys(composition: Composition) -> str:
    return "!" * (composition.base != BASE) + "".join(map(letter, composition.versions))


def letter(version: SnippetVersion) -> str:
    return version.key.upper() if version.version == 2 else version.key


def test_each_added_snippet_is_a_step_of_its_own_in_the_candidates_order() -> None:
    assert named("", "abc") == [("base", ""), ("+ a", "a"), ("+ b", "ab"), ("+ c", "abc")]
    assert named("b", "abc") == [("incumbent", "b"), ("+ a", "ab"), ("+ c", "abc")]


@pytest.mark.parametrize(
    ("before", "after", "middle"), [("abc", "ab", "ab"), ("abc", "bca", "bca"), ("ab", "aB", "aB"), ("ab", "", "")]
)
def test_what_is_removed_reworded_or_moved_is_one_step_together(before: str, after: str, middle: str) -> None:
    assert named(before, after) == [
        ("incumbent", before),
        ("what it takes away, rewords or moves", middle),
    ]


@pytest.mark.parametrize(
    ("before", "after", "way"),
    [
        ("", "!", [("incumbent", ""), ("the base prompt", "!")]),
        ("!a", "!ab", [("incumbent", "!a"), ("+ b", "!ab")]),
        ("!", "a", [("incumbent", "!"), ("the base prompt", ""), ("+ a", "a")]),
        (
            "ab",
            "!bc",
            [
                ("incumbent", "ab"),
                ("the base prompt", "!ab"),
                ("what it takes away, rewords or moves", "!b"),
                ("+ c", "!bc"),
            ],
        ),
    ],
)
def test_another_base_is_the_first_step_and_the_way_begins_with_what_was_in_use(
    before: str, after: str, way: list[tuple[str, str]]
) -> None:
    assert named(before, after) == way


@pytest.mark.parametrize(
    ("before", "after", "without"),
    [
        ("", "!", {}),
        ("a", "!a", {}),
        ("", "!a", {"the base prompt": "a", "a": "!"}),
        ("!a", "!ab", {"b": "!a"}),
    ],
)
def test_another_base_is_set_back_unless_it_is_the_only_change(
    before: str, after: str, without: dict[str, str]
) -> None:
    assert {part.name: keys(part.without) for part in ablations(Between(before, after))} == without


def test_all_kinds_of_change_make_one_path_from_end_to_end() -> None:
    assert named("abc", "dCa") == [
        ("incumbent", "abc"),
        ("what it takes away, rewords or moves", "Ca"),
        ("+ d", "dCa"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "without"),
    [
        ("", "ab", {"a": "b", "b": "a"}),
        ("a", "ab", {"b": "a"}),
        ("ab", "aB", {"B": "ab"}),
        ("ab", "cBa", {"c": "Ba", "B": "cba"}),
        ("ab", "b", {}),
    ],
)
def test_a_part_is_left_out_where_it_was_added_and_set_back_where_it_was_reworded(
    before: str, after: str, without: dict[str, str]
) -> None:
    found = ablations(Between(before, after))
    assert {part.name: keys(part.without) for part in found} == {
        key.lower(): kept for key, kept in without.items()
    }


def test_the_snippet_to_blame_is_a_suspect_and_the_other_is_not(worse: Database, home: Home) -> None:
    """The model errs on the example as soon as `exact` is in, whatever else is."""
    good = small.engine().answer
    message = acts.user_message(small.example(5, "test"))
    text = small.TEXTS["exact"]

    def answer(system: str, user: str) -> str:
        if user == message:
            return f'{{"rating": {5 if text in system else 1}}}'
        return good(system, user)

    example = small.example(5, "test")
    with worse.session() as session:
        asked_nothing = ablation_results(session, acts.review(worse), example)
    assert [(one.parsed, one.loss, one.suspect) for one in asked_nothing] == [(None, None, False)] * 2
    acts.job(worse, home, "suspects", examples=("test-05",), connect=connecting(ScriptedEngine(answer)))
    with worse.session() as session:
        found = {each.name: each for each in ablation_results(session, acts.review(worse), example)}
    assert {key: each.suspect for key, each in found.items()} == {"exact": True, "topic": False}
    assert (found["exact"].loss, found["topic"].loss) == (0.0, 1.0)
    assert found["exact"].candidate_loss == 1.0
    assert found["exact"].text == '{"rating": 1}'


def test_steps_lead_from_nothing_to_the_difference_of_the_evidence(worse: Database, home: Home) -> None:
    review = acts.review(worse)
    test = small.examples(0, 16)
    with worse.session() as session:
        assert steps(session, review, test, np.random.default_rng(0)) is None
    acts.job(worse, home, "steps", connect=connecting(acts.spoilt()))
    with worse.session() as session:
        found = steps(session, review, test, np.random.default_rng(0))
    assert found is not None
    assert [step.name for step in found] == ["base", "+ exact", "+ topic"]
    first, middle, last = (step.difference for step in found)
    assert (first.difference, first.low, first.high) == (0, 0, 0)
    stated = review.candidate.figures[0]
    assert (last.incumbent, last.candidate) == (stated.incumbent, stated.candidate)
    assert last.difference == pytest.approx(stated.difference)
    for each in (middle, last):
        assert each.low is not None
        assert each.high is not None
        assert each.difference is not None
        assert each.low <= each.difference <= each.high


def test_steps_come_out_the_same_each_time(worse: Database, home: Home) -> None:
    acts.job(worse, home, "steps", connect=connecting(acts.spoilt()))
    review = acts.review(worse)
    with worse.session() as session:
        first, second = (steps(session, review, small.examples(0, 16), np.random.default_rng(3)) for _ in range(2))
    assert first == second


def noisy(session: Session, review: Review) -> Any:
    return repeatability(session, review, small.examples(0, 16))


def test_answers_that_are_read_otherwise_when_asked_again_are_counted(worse: Database, home: Home) -> None:
    review = acts.review(worse)
    spoilt = acts.spoilt().answer
    moved = {acts.user_message(one) for one in small.examples(0, 3)}

    def answer(system: str, user: str) -> str:
        return "I can't say." if user in moved else spoilt(system, user)

    with worse.session() as session:
        assert noisy(session, review) is None
    acts.job(worse, home, "noise", connect=connecting(ScriptedEngine(answer)))
    with worse.session() as session:
        found = noisy(session, review)
    assert (found.changed, found.asked) == (3, 16)


def test_a_steady_model_shows_no_noise(worse: Database, home: Home) -> None:
    acts.job(worse, home, "noise", connect=connecting(acts.spoilt()))
    with worse.session() as session:
        found = noisy(session, acts.review(worse))
    assert (found.changed, found.asked) == (0, 16)


def test_noise_is_asked_in_a_replicate_of_its_own_and_of_some_examples_only(
    worse: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diagnoses, "NOISE_EXAMPLES", 5)
    (ask,) = questions_for(acts.review(worse), "noise", small.examples(0, 16))
    assert (ask.replicate, len(ask.examples)) == (NOISE_REPLICATE, 5)


def test_a_diagnosis_is_of_the_examples_that_were_measured(worse: Database, tmp_path: Path) -> None:
    acts.decide(worse, acts.propose(worse))
    review = acts.review(worse)
    with worse.session() as session:
        measured = {each.id: each.gold for each in diagnoses.sealed_examples(session, review)}
        now = examples_of(session, dataset_of(session, "small"), "test")
    assert measured["test-05"] == 1
    assert next(each.gold for each in now if each.id == "test-05") == 5
