"""`composer release` and `composer rollback`: they say what is replaced, do it, and say how to undo it."""

from __future__ import annotations

import pytest
from click.testing import Result

from composer.registry.releases import current_release, list_releases
from library.database import Database
from tests.composer.cli.conftest import Run
from tests.composer.review import acts


def told(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(result: Result) -> str:
    assert result.exit_code == 1, result.output
    assert "Traceback" not in result.stderr
    return result.stderr


def released(database: Database) -> int | None:
    with database.session() as session:
        found = current_release(session, "small", "tiny")
    return found.candidate_id if found else None


def test_a_release_says_first_what_it_replaces(submitted: Database, run: Run) -> None:
    run("review", "1", "--approve", "--reason", "Clear gain.")
    said = told(run("release", "1", "--reason", "It is time."))
    assert said.startswith("small → tiny: candidate 1 replaces the bare base\n  NMSE: 44.1 → 0\n  + exact v1")
    assert "Released: candidate 1 is release 1, the prompt of small on tiny now." in said
    assert "composer export small --target tiny --out DIR" in said
    with submitted.session() as session:
        (made,) = list_releases(session)
    assert (made.released_by, made.reason) == ("Grace (local)", "It is time.")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("1", "--reason", "x"), "1 more approval (the policy asks for one person)"),
        (("1",), "a release needs a reason"),
        (("9", "--reason", "x"), "no candidate 9"),
    ],
)
def test_what_is_not_approved_is_not_released(
    submitted: Database, run: Run, arguments: tuple[str, ...], says: str
) -> None:
    result = run("release", *arguments)
    assert says in refused(result)
    assert result.stdout == ""
    assert released(submitted) is None


def test_only_those_who_sign_in_release_where_people_do(submitted: Database, run: Run) -> None:
    acts.sign_in(submitted)
    acts.approve(submitted, "Grace")
    assert "Sign in to the app" in refused(run("release", "1", "--reason", "x"))
    assert released(submitted) is None


def test_a_rollback_says_what_it_replaces_and_another_undoes_it(renewed: Database, run: Run) -> None:
    said = told(run("rollback", "1", "--reason", "It did harm."))
    assert said.startswith("small → tiny: release 1 replaces release 2\n  NMSE: ")
    assert "each from its own review" in said
    assert "\n  − " in said
    assert 'Undo it with: composer rollback 2 --reason "…"' in said
    assert released(renewed) == 1
    told(run("rollback", "2", "--reason", "It did not."))
    assert released(renewed) == 2
    assert 'composer rollback 3 --reason "…"' in told(run("review", "1"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("2", "--reason", "x"), "release 2 is what is released now"),
        (("1", "--reason", " "), "a rollback needs a reason"),
        (("9", "--reason", "x"), "there is no release 9"),
    ],
)
def test_what_can_not_be_rolled_back_to_is_refused(
    renewed: Database, run: Run, arguments: tuple[str, ...], says: str
) -> None:
    result = run("rollback", *arguments)
    assert says in refused(result)
    assert result.stdout == ""
    assert released(renewed) == 2
