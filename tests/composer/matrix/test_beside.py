"""Targets side by side on the development examples that they share."""

from __future__ import annotations

import pytest

from composer.home.paths import Home
from composer.matrix.beside import FEWEST, OWN, Beside, beside, offered_prompts, to_ask
from composer.matrix.squares import Matrix, detailed, read_matrix
from composer.runs.plan import plan_run
from composer.runs.records import enter_run
from library.database import Database
from library.errors import Refused
from tests import small
from tests.composer.matrix import several as stage


def stood(database: Database, prompt: str = OWN) -> Beside:
    with database.session() as session:
        return beside(session, detailed(session, read_matrix(session), "small"), "small", prompt)


def test_one_prompt_stands_on_every_target_that_has_answered_the_same_examples(several: Database) -> None:
    found = stood(several, "base")
    assert [one.target.name for one in found.places] == ["cloud", "tiny", "larger"]
    assert [one.target.name for one in found.compared] == ["cloud", "tiny"]
    assert len(found.shared) == 16
    first, second, third = found.places
    assert first.standing is not None
    assert first.standing.differences == ()
    assert second.standing is not None
    assert second.standing.differences[0].direction == "worse"
    assert (third.standing, len(third.missing)) == (None, 16)


def test_own_is_what_counts_on_each_target(several: Database, home: Home) -> None:
    assert {one.target.name: one.link for one in stood(several).places} == {
        "tiny": "release:1",
        "larger": "candidate:2",
        "cloud": "base",
    }
    stage.ask(several, home, "own", "tiny", 16)
    found = stood(several)
    assert [one.target.name for one in found.compared] == ["cloud", "tiny"]


def test_a_target_that_shares_too_few_does_not_shrink_what_the_others_share(several: Database, home: Home) -> None:
    stage.ask(several, home, "base", "larger", FEWEST - 1, stage.engine(0.6))
    found = stood(several, "base")
    assert (len(found.shared), found.places[2].answers.answered) == (16, FEWEST - 1)
    assert found.places[2].standing is None
    stage.ask(several, home, "base", "larger", 1, stage.engine(0.6))
    found = stood(several, "base")
    assert (len(found.shared), len(found.compared)) == (FEWEST, 3)


def test_sealed_figures_stand_beside_where_evidence_has_them(several: Database, matrix: Matrix) -> None:
    sealed = {one.target.name: one.sealed for one in stood(several, "base").places}
    assert sealed == {
        "tiny": matrix.squares["small", "tiny"].before,
        "larger": matrix.squares["small", "larger"].before,
        "cloud": None,
    }
    own = {one.target.name: one.sealed for one in stood(several, "release:1").places}
    # The same snippets were measured on the other target as its own candidate.
    assert own["larger"] == matrix.squares["small", "larger"].figure.value
    assert own["cloud"] is None


def test_only_what_a_search_found_is_called_a_search_estimate(several: Database, home: Home) -> None:
    assert not any(one.made_here for one in stood(several).places)
    with several.session() as session:
        plan = plan_run(session, "small", "larger", strategy="greedy", seed=0, budget=100)
        number = enter_run(session, plan, by=stage.LOCAL, at=small.NOW)
    made = small.run(several, home, number, stage.engine()).candidate_id
    found = stood(several, f"candidate:{made}")
    assert [one.target.name for one in found.places if one.made_here] == ["larger"]


def test_each_prompt_is_offered_once_with_the_number_of_targets_that_answered_it(
    several: Database, matrix: Matrix
) -> None:
    with several.session() as session:
        offered = offered_prompts(session, matrix, small.task())
    assert [(one.link, one.targets) for one in offered[:1]] == [("base", 2)]
    assert len({one.link for one in offered}) == len(offered) == 3
    assert {one.made_for for one in offered} <= {"", "tiny", "larger"}


def test_what_is_asked_next_is_what_most_others_have_answered_and_always_the_same(
    several: Database, home: Home
) -> None:
    stage.ask(several, home, "release:1", "tiny", 5)
    found = stood(several, "release:1")
    wanted = [one.id for one in to_ask(found, "larger", 8)]
    answered = next(one for one in found.places if one.target.name == "tiny").answers.by_id
    assert set(wanted[:5]) == set(answered)
    assert wanted == [one.id for one in to_ask(stood(several, "release:1"), "larger", 8)]
    assert len(to_ask(found, "tiny", 100)) == 11


@pytest.mark.parametrize(("prompt", "why"), [("candidate:9", "no candidate 9"), ("nonsense", "is no prompt")])
def test_a_prompt_that_there_is_not_is_refused(several: Database, prompt: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        stood(several, prompt)
