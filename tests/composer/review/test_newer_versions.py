"""Newer versions of a candidate's snippets: they make it stale, or are a notice, as its task's policy says."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer.analysis.rescoring import plan_rescoring
from composer.home.paths import Home
from composer.review.inbox import inbox, pending_actions
from composer.review.next_step import next_step
from library.database import Database
from library.errors import Refused
from library.importing import import_file
from library.people import someone
from library.retiring import retire
from library.snippets import show
from library.vetting import reject, vet
from tests import small
from tests.composer.review import acts
from tests.composer.review.acts import PutUp

TAGGED = {"snippets": {"max": 3, "tags": ["small"]}}
OTHER = "Told in other words."


def bring(
    database: Database, folder: Path, text: str | None = OTHER, state: str = "vetted", tag: str = "small"
) -> str:
    """Import the first snippet of candidate 1 with another text (None: its own), state or tag; returns its key.

    What is to be vetted Kit vets, since Ada wrote it.
    """
    own = acts.review(database).composition.versions[0]
    library = small.write_library(folder / "edit.yaml", {own.key: text or own.text}, tag=tag, **{own.key: state})
    with database.session() as session:
        import_file(session, library, by="Ada", at=small.NOW)
        newest = show(session, own.key)[0]
        if newest.state == "draft" and state == "vetted":
            vet(session, [newest.id], by="Kit", at=small.NOW)
    return own.key


CHANGES = {
    "a newer version was vetted": ({}, "was replaced by v2", "search again"),
    "a newer version is in draft": ({"state": "draft"}, "has a newer version in draft, v2", "vet"),
    "its tag was taken away": (
        {"text": None, "tag": "withdrawn"},
        "is no longer tagged small (since v2)",
        "search again",
    ),
    "its text came and its tag went": (
        {"tag": "withdrawn"},
        "is no longer tagged small (since v2)",
        "search again",
    ),
}


@pytest.mark.parametrize(("change", "says", "step"), CHANGES.values(), ids=CHANGES)
def test_an_approval_of_the_older_version_releases_nothing(
    put_up: PutUp, tmp_path: Path, change: dict[str, str], says: str, step: str
) -> None:
    database = put_up(**TAGGED)
    acts.approve(database, "Grace")
    key = bring(database, tmp_path, **change)
    status = acts.status(database)
    assert status.state == "stale"
    assert f"snippet {key} " in status.stale[0]
    assert says in status.stale[0]
    with database.session() as session:
        found = next_step(status, someone(session, "Ada"))
        (entry,) = inbox(session)
        assert entry.state == "stale"
        assert pending_actions(status, someone(session, "Ada"))
        with pytest.raises(Refused, match="changes nothing"):
            plan_rescoring(session, 1)
    assert found.kind == step
    with pytest.raises(Refused, match="can't be released: stale"):
        acts.released(database)
    with pytest.raises(Refused, match="can't be approved: stale"):
        acts.approve(database, "Joan")


@pytest.mark.parametrize("state", ["vetted", "draft"])
def test_where_the_policy_says_notice_reviewers_see_it_and_may_release(
    put_up: PutUp, tmp_path: Path, state: str
) -> None:
    database = put_up(**TAGGED, policy={"newer_version": "notice"})
    acts.approve(database, "Grace")
    bring(database, tmp_path, state=state)
    status = acts.status(database)
    assert (status.state, status.stale) == ("approved", ())
    assert "v2" in status.notices[0]
    assert acts.released(database).candidate_id == 1


def test_a_tag_taken_away_is_no_mere_notice(put_up: PutUp, tmp_path: Path) -> None:
    database = put_up(**TAGGED, policy={"newer_version": "notice"})
    acts.approve(database, "Grace")
    bring(database, tmp_path, tag="withdrawn")
    assert acts.status(database).state == "stale"


def test_a_newer_version_with_the_same_wording_changes_nothing(put_up: PutUp, tmp_path: Path) -> None:
    database = put_up(**TAGGED)
    bring(database, tmp_path, None, tag="small, more")
    status = acts.status(database)
    assert (status.stale, status.notices) == ((), ())


def test_a_draft_that_is_rejected_holds_nothing_up_any_more(put_up: PutUp, tmp_path: Path) -> None:
    database = put_up(**TAGGED)
    key = bring(database, tmp_path, state="draft")
    assert acts.status(database).needs_vetting
    with database.session() as session:
        reject(session, show(session, key)[0].id, reason="No better.", by="Kit", at=small.NOW)
    assert (acts.status(database).stale, acts.status(database).notices) == ((), ())


def test_a_draft_vetted_after_the_run_counts_as_new(put_up: PutUp, tmp_path: Path, home: Home) -> None:
    database = put_up(**TAGGED)
    key = bring(database, tmp_path, state="draft")
    number = small.run(database, home, small.enter(database, budget=101), small.engine()).candidate_id
    assert number is not None
    if key in acts.review(database, number).composition.keys:
        assert (acts.status(database, number).stale, len(acts.status(database, number).notices)) == ((), 1)
        bring(database, tmp_path)
        assert "was replaced by v2" in acts.status(database, number).stale[0]


def test_what_was_released_may_be_rolled_back_to_although_it_was_reworded_since(
    renewed: Database, tmp_path: Path
) -> None:
    bring(renewed, tmp_path)
    status = acts.status(renewed)
    assert (status.state, status.stale) == ("replaced", ())
    assert "was replaced by v2" in status.notices[0]


def test_what_was_released_is_not_rolled_back_to_once_a_snippet_of_it_is_retired(renewed: Database) -> None:
    key = acts.review(renewed).composition.keys[0]
    with renewed.session() as session:
        retire(session, key, reason="It misleads.", by="Ada", at=small.NOW)
    with pytest.raises(Refused, match="retired"):
        acts.rolled_back(renewed, 1, "Grace")
