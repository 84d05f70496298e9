"""Comments: on a candidate, a snippet or an example; resolved, carried on, outdated where their object changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from composer.data.examples import Dataset
from composer.home.paths import Home
from composer.registry.datasets import add_examples
from composer.registry.tasks import add_task
from composer.review.comments import Comment, about_snippet, comments_on, resolve_comment
from library import log
from library.database import Database
from library.errors import Refused
from library.importing import import_file
from library.snippets import show
from library.vetting import vet
from tests import small
from tests.composer.review import acts


def on(database: Database, candidate: int = 1) -> dict[str, Comment]:
    review = acts.review(database, candidate)
    with database.session() as session:
        return {one.text: one for one in comments_on(session, review.candidate)}


def resolve(database: Database, number: int, by: str = "Grace", *, resolved: bool = True) -> None:
    with database.session() as session:
        resolve_comment(session, number, by=by, at=small.NOW, resolved=resolved)


def next_candidate(database: Database, home: Home, budget: int = 60, **changes: Any) -> int:
    """Another run's candidate for the same task and target."""
    number = small.enter(database, budget=budget, **changes)
    found = small.run(database, home, number, small.engine()).candidate_id
    assert isinstance(found, int)
    return found


def test_a_snippet_has_the_comments_on_it_in_any_candidate(waiting: Database) -> None:
    key = acts.review(waiting).composition.keys[0]
    acts.comment(waiting, "Nice.")
    acts.comment(waiting, "Too long.", "Joan", kind="snippet", name=key)
    with waiting.session() as session:
        assert [(one.text, one.candidate_id) for one in about_snippet(session, key)] == [("Too long.", 1)]
        assert about_snippet(session, "other") == ()


def test_a_comment_hangs_on_the_candidate_a_snippet_or_an_example(waiting: Database) -> None:
    key = acts.review(waiting).composition.keys[0]
    acts.comment(waiting, "Nice.")
    acts.comment(waiting, "Too long.", "Joan", kind="snippet", name=key)
    acts.comment(waiting, "Odd one.", kind="example", name="test-03")
    found = on(waiting)
    assert [(one.kind, one.name, one.author) for one in found.values()] == [
        ("candidate", "", "Grace"),
        ("snippet", key, "Joan"),
        ("example", "test-03", "Grace"),
    ]
    assert not any(one.carried or one.outdated or one.resolved_by for one in found.values())


def test_a_comment_decides_nothing(waiting: Database) -> None:
    before = acts.status(waiting)
    acts.comment(waiting, "Hm.")
    assert acts.status(waiting) == before
    acts.approve(waiting, "Joan")
    assert acts.released(waiting).candidate_id == 1


def test_a_released_candidate_can_still_be_commented(waiting: Database) -> None:
    acts.approve(waiting, "Joan")
    acts.released(waiting)
    acts.comment(waiting, "Works well so far.")
    assert set(on(waiting)) == {"Works well so far."}


def test_comments_and_their_resolution_are_logged(waiting: Database) -> None:
    number = acts.comment(waiting, "Odd one.", kind="example", name="test-03")
    resolve(waiting, number, "Joan")
    resolve(waiting, number, "Kit", resolved=False)
    with waiting.session() as session:
        said = log.entries(session, "candidate:1")[-3:]
        assert [(one.who, one.action) for one in said] == [
            ("Grace", "comment"),
            ("Joan", "comment resolved"),
            ("Kit", "comment opened again"),
        ]
        assert (said[0].why, said[0].detail["on"]) == ("Odd one.", "example:test-03")


def test_a_comment_is_resolved_and_opened_again(waiting: Database) -> None:
    number = acts.comment(waiting, "Why?")
    resolve(waiting, number, "Joan")
    assert (on(waiting)["Why?"].resolved_by, on(waiting)["Why?"].resolved_at) == ("Joan", small.NOW)
    resolve(waiting, number, resolved=False)
    assert (on(waiting)["Why?"].resolved_by, on(waiting)["Why?"].resolved_at) == ("", None)


@pytest.mark.parametrize(
    ("kind", "name"),
    [("snippet", "nothing"), ("snippet", ""), ("example", "dev-01"), ("example", ""), ("example", "test-99")],
)
def test_a_comment_on_what_a_candidate_does_not_have_is_refused(waiting: Database, kind: str, name: str) -> None:
    with pytest.raises(Refused, match=f"has no {kind}"):
        acts.comment(waiting, "Hm.", kind=kind, name=name)
    assert on(waiting) == {}


def test_an_unknown_kind_of_object_is_refused(waiting: Database) -> None:
    with pytest.raises(Refused, match="no comments on a run"):
        acts.comment(waiting, "Hm.", kind="run", name="1")


@pytest.mark.parametrize("text", ["", " \n", "a\0b", "x" * 10_001])
def test_a_comment_needs_a_text_that_can_be_stored(waiting: Database, text: str) -> None:
    with pytest.raises(Refused):
        acts.comment(waiting, text)


def test_a_comment_that_is_not_there_is_refused(waiting: Database) -> None:
    with pytest.raises(Refused, match="no comment 5"):
        resolve(waiting, 5)


def test_open_comments_are_carried_on_and_resolved_ones_are_not(waiting: Database, home: Home) -> None:
    acts.comment(waiting, "Still open.")
    resolve(waiting, acts.comment(waiting, "Settled."))
    found = on(waiting, next_candidate(waiting, home, seed=1, budget=100))
    assert set(found) == {"Still open."}
    assert found["Still open."].carried
    assert found["Still open."].candidate_id == 1


def test_later_comments_are_not_carried_back(waiting: Database, home: Home) -> None:
    later = next_candidate(waiting, home, seed=1, budget=100)
    acts.comment(waiting, "On the second.", candidate=later)
    assert on(waiting, 1) == {}


def test_comments_stay_with_their_task_and_target(waiting: Database, home: Home) -> None:
    acts.comment(waiting, "Of the small task.")
    other = small.task(name="other")
    with waiting.session() as session:
        add_task(session, other, by="Ada", at=small.NOW)
        add_examples(session, other, Dataset(small.examples()), by="Ada", at=small.NOW)
    found = next_candidate(waiting, home, budget=100, task="other")
    assert on(waiting, found) == {}


def test_what_did_not_change_is_not_outdated_in_the_next_candidate(waiting: Database, home: Home) -> None:
    key = acts.review(waiting).composition.keys[0]
    acts.comment(waiting, "The whole.")
    acts.comment(waiting, "The wording.", kind="snippet", name=key)
    acts.comment(waiting, "The example.", kind="example", name="test-03")
    later = next_candidate(waiting, home, seed=1, budget=100)
    assert acts.review(waiting, later).composition == acts.review(waiting).composition
    assert [(one.carried, one.outdated) for one in on(waiting, later).values()] == [(True, False)] * 3


def test_another_composition_outdates_what_was_said_of_the_whole_and_of_its_answers(
    waiting: Database, home: Home
) -> None:
    key = acts.review(waiting).composition.keys[0]
    acts.comment(waiting, "The whole.")
    acts.comment(waiting, "The wording.", kind="snippet", name=key)
    acts.comment(waiting, "The example.", kind="example", name="test-03")
    later = next_candidate(waiting, home, budget=40, seed=2)
    assert acts.review(waiting, later).composition != acts.review(waiting).composition
    assert key in acts.review(waiting, later).composition.keys
    outdated = {text: one.outdated for text, one in on(waiting, later).items()}
    assert outdated == {"The whole.": True, "The wording.": False, "The example.": True}


def test_a_comment_on_a_snippet_that_was_reworded_is_outdated(
    waiting: Database, home: Home, tmp_path: Path
) -> None:
    acts.comment(waiting, "Too vague.", kind="snippet", name="exact")
    reworded = "Only an exact answer to the query rates 5."
    with waiting.session() as session:
        library = small.write_library(tmp_path / "edit.yaml", {"exact": reworded})
        import_file(session, library, by="Ada", at=small.NOW)
        vet(session, [show(session, "exact")[0].id], by="Kit", at=small.NOW)
    model = small.engine()
    inner = model.answer
    model.answer = lambda system, user: inner(system.replace(reworded, small.TEXTS["exact"]), user)
    found = small.run(waiting, home, small.enter(waiting, budget=100), model).candidate_id
    assert "exact" in acts.review(waiting, found).composition.keys
    assert on(waiting, found)["Too vague."].outdated


def test_a_corrected_label_outdates_the_comment_on_its_example_alone(worse: Database, home: Home) -> None:
    acts.comment(worse, "Doubtful.", kind="example", name="test-05")
    acts.comment(worse, "Fine.", kind="example", name="test-03")
    acts.decide(worse, acts.propose(worse))
    again = acts.scored_again(worse, home)
    outdated = {text: one.outdated for text, one in on(worse, again).items()}
    assert outdated == {"Doubtful.": True, "Fine.": False}
