"""Releases: an approved candidate becomes current by an act of its own, and what was released can come back."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from composer.home.paths import Home
from composer.models.target import Target
from composer.registry.releases import Release, current_release, incumbent_of, list_releases
from composer.registry.targets import add_target
from composer.registry.tasks import add_task, get_task
from composer.review.status import get_review
from composer.runs.plan import plan_run
from library import log
from library.database import Database, open_database
from library.errors import Refused
from library.tables import SnippetVersionRow
from tests import small
from tests.composer.review import acts


@pytest.fixture(scope="session")
def _renewed_home(small_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which a first release was replaced by a second, found under another seed."""
    home = Home(tmp_path_factory.mktemp("renewed") / "home")
    shutil.copytree(small_home, home.path)
    database = open_database(home.path)
    with database.session() as session:
        task = small.task(policy={"gates": {"advisory": ["improves"]}})
        add_task(session, task, by="Ada", at=small.NOW)
    acts.sign_in(database)
    for number, budget in enumerate((40, 120), 1):
        summary = small.run(database, home, small.enter(database, budget=budget, seed=2), small.engine())
        assert summary.candidate_id == number, summary
        acts.approve(database, "Grace", candidate=number)
        acts.released(database, candidate=number)
    database.close()
    return home.path


@pytest.fixture
def renewed(home: Home, _renewed_home: Path) -> Database:
    shutil.copytree(_renewed_home, home.path)
    return open_database(home.path)


def now(database: Database) -> Release:
    with database.session() as session:
        found = current_release(session, "small", "tiny")
    assert found is not None
    return found


def test_a_release_makes_the_approved_composition_current(waiting: Database) -> None:
    acts.approve(waiting, "Grace")
    later = small.NOW + timedelta(days=1)
    release = acts.released(waiting, reason="  Ready. ", at=later)
    assert now(waiting) == release
    assert (release.released_by, release.reason, release.released_at) == ("Rosa", "Ready.", later)
    with waiting.session() as session:
        review = get_review(session, 1)
        assert release.versions == review.candidate.versions
        assert (review.status.state, review.status.release) == ("released", release)
        assert incumbent_of(session, review.task, "tiny") == review.composition


def test_a_release_is_logged_with_what_it_replaces(renewed: Database) -> None:
    with renewed.session() as session:
        first, second = (log.entries(session, f"release:{number}")[0] for number in (1, 2))
        assert (first.who, first.action, first.why) == ("Rosa", "released", "Approved by all.")
        assert (first.detail["candidate"], first.detail["replaces"]) == (1, None)
        assert (second.detail["candidate"], second.detail["replaces"]) == (2, 1)
        assert log.first_broken(session) is None


def test_nothing_is_released_without_the_approvals(waiting: Database) -> None:
    with pytest.raises(Refused, match="1 more approval \\(the policy asks for one person\\)"):
        acts.released(waiting)
    assert acts.releases_made(waiting) == 0


def test_a_releaser_alone_approves_nothing(waiting: Database) -> None:
    with pytest.raises(Refused, match="reviewer"):
        acts.approve(waiting, "Rosa")


@pytest.mark.parametrize("reason", ["", " \n"])
def test_a_release_and_a_rollback_need_a_reason(renewed: Database, reason: str) -> None:
    with pytest.raises(Refused, match="a rollback needs a reason"):
        acts.rolled_back(renewed, 1, reason=reason)
    with pytest.raises(Refused, match="a release needs a reason"):
        acts.released(renewed, reason=reason)


def test_a_candidate_is_released_once(waiting: Database) -> None:
    acts.approve(waiting, "Grace")
    acts.released(waiting)
    with pytest.raises(Refused, match="released already"):
        acts.released(waiting)
    assert acts.releases_made(waiting) == 1


def test_releasers_at_once_make_one_release(waiting: Database) -> None:
    acts.approve(waiting, "Grace")

    def attempt(_number: int) -> Release | None:
        try:
            return acts.released(waiting)
        except Refused:
            return None

    with ThreadPoolExecutor(4) as executor:
        made = [one for one in executor.map(attempt, range(4)) if one]
    assert len(made) == acts.releases_made(waiting) == 1


def test_after_a_release_the_next_search_starts_from_it(waiting: Database, home: Home) -> None:
    acts.approve(waiting, "Grace")
    acts.released(waiting)
    with waiting.session() as session:
        plan = plan_run(session, "small", "tiny", strategy="greedy", seed=0, budget=100)
        assert plan.incumbent == get_review(session, 1).composition


def test_a_release_stays_with_its_target(waiting: Database) -> None:
    other = Target(name="other", kind="embedded", model="qwen2.5-coder-0.5b", temperature=0.5)
    with waiting.session() as session:
        add_target(session, other, by="Ada", at=small.NOW)
    acts.approve(waiting, "Grace")
    acts.released(waiting)
    with waiting.session() as session:
        assert current_release(session, "small", "other") is None
        assert incumbent_of(session, get_task(session, "small"), "other").keys == ()


def test_a_second_release_replaces_the_first(renewed: Database) -> None:
    assert now(renewed).candidate_id == 2
    assert [acts.status(renewed, number).state for number in (1, 2)] == ["replaced", "released"]


def test_a_rollback_is_a_release_of_its_own(renewed: Database) -> None:
    first = acts.review(renewed, 1).candidate
    release = acts.rolled_back(renewed, 1, reason="The second did harm.")
    assert (release.id, release.candidate_id, release.versions) == (3, 1, first.versions)
    assert now(renewed) == release
    with renewed.session() as session:
        assert [one.id for one in list_releases(session)] == [3, 2, 1]
        (entry,) = log.entries(session, "release:3")
        assert (entry.who, entry.action, entry.why) == ("Rosa", "rolled back", "The second did harm.")
        assert (entry.detail["candidate"], entry.detail["replaces"]) == (1, 2)
    assert [acts.status(renewed, number).state for number in (1, 2)] == ["released", "replaced"]


def test_a_rollback_can_be_rolled_back(renewed: Database) -> None:
    acts.rolled_back(renewed, 1)
    assert acts.rolled_back(renewed, 2).candidate_id == 2
    assert [acts.status(renewed, number).state for number in (1, 2)] == ["replaced", "released"]


def test_what_is_current_is_not_rolled_back_to(renewed: Database) -> None:
    with pytest.raises(Refused, match="what is released now"):
        acts.rolled_back(renewed, 2)
    acts.rolled_back(renewed, 1)
    for number in (1, 3):
        with pytest.raises(Refused, match="what is released now"):
            acts.rolled_back(renewed, number)


def test_a_release_that_is_not_there_is_refused(renewed: Database) -> None:
    with pytest.raises(Refused, match="no release 9"):
        acts.rolled_back(renewed, 9)


@pytest.mark.parametrize(("kind", "says"), [("no-go", "Joan gave a no-go"), ("request changes", "Joan asked for")])
def test_what_was_objected_to_since_is_not_rolled_back_to(renewed: Database, kind: str, says: str) -> None:
    status = acts.verdict(renewed, kind, "Joan", 1)
    with pytest.raises(Refused, match=says):
        acts.rolled_back(renewed, 1)
    acts.dismissed(renewed, status.verdicts[-1].id, "Max", 1)
    assert acts.rolled_back(renewed, 1).candidate_id == 1


def test_what_was_replaced_is_not_approved_again(renewed: Database) -> None:
    with pytest.raises(Refused, match="released already"):
        acts.approve(renewed, "Joan", candidate=1)
    with pytest.raises(Refused, match="released already"):
        acts.released(renewed, candidate=1)


def test_a_release_whose_task_was_edited_is_not_rolled_back_to(renewed: Database) -> None:
    with renewed.session() as session:
        add_task(session, small.task(title="Edited"), by="Ada", at=small.NOW)
    with pytest.raises(Refused, match="task small was edited"):
        acts.rolled_back(renewed, 1)
    assert now(renewed).candidate_id == 2


def test_a_release_with_a_snippet_retired_since_is_not_rolled_back_to(renewed: Database) -> None:
    with renewed.session() as session:
        row = session.get_one(SnippetVersionRow, acts.review(renewed, 1).candidate.versions[0])
        row.state = "retired"
        session.add(row)
    with pytest.raises(Refused, match="retired"):
        acts.rolled_back(renewed, 1)
    assert acts.releases_made(renewed) == 2
