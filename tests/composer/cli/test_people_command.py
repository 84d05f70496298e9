"""`composer people`: adding, changing, removing and listing people, and what the first of them changes."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from typer.testing import CliRunner

from composer.cli import app
from composer.home.paths import Home
from composer.home.signin import auth_file
from library import log
from library.database import Database
from library.people import people
from tests.composer.review import acts

Run = Callable[..., Result]


@pytest.fixture
def run(home: Home, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("COMPOSER_PERSON", "Root")
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["people", *arguments, "--home", str(home.path)])

    return run


def done(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return str(result.stderr)


def test_the_first_person_changes_the_home_and_the_second_no_more(run: Run, home: Home) -> None:
    said = done(run("add", "Grace", "Grace@example.org", "--role", "reviewer", "--role", "releaser"))
    assert "Grace <grace@example.org> added: reviewer, releaser" in said
    assert "verdicts can only be given in the app" in said
    assert f"Write {auth_file(home)} with a section [auth]" in said
    assert "server_metadata_url" in said
    assert done(run("add", "Alan", "alan@example.org")) == "Alan <alan@example.org> added: viewer\n"


def test_where_a_provider_is_known_only_a_new_start_is_asked_for(run: Run, home: Home) -> None:
    home.path.mkdir()
    auth_file(home).write_text("[auth]\n")
    auth_file(home).chmod(0o600)
    said = done(run("add", "Grace", "grace@example.org"))
    assert "Start `composer app` again" in said
    assert "Write" not in said


def test_roles_are_replaced_and_both_are_told(run: Run, database: Database) -> None:
    run("add", "Grace", "grace@example.org", "--role", "reviewer", "--role", "curator")
    said = done(run("role", "Grace", "releaser", "reviewer"))
    assert said == "Grace was curator, reviewer; is reviewer, releaser\n"
    with database.session() as session:
        assert people(session)[0].roles == {"reviewer", "releaser"}
        assert {entry.who for entry in log.entries(session, "person:Grace")} == {"Root (local)"}


def test_roles_are_given_for_one_task_and_taken_for_it(run: Run, submitted: Database) -> None:
    run("add", "Max", "max@example.org", "--role", "admin")
    said = done(run("add", "Grace", "grace@example.org", "--role", "reviewer", "--task", "small"))
    assert "added: reviewer:small" in said
    said = done(run("role", "Grace", "curator", "--task", "small"))
    assert said == "Grace was reviewer:small; is curator:small\n"
    assert "is viewer" in done(run("role", "Grace", "--task", "small"))
    assert "no role is named" in run("role", "Grace").stderr
    unknown = run("role", "Grace", "reviewer", "--task", "smal")
    assert unknown.exit_code == 1
    assert "no task is called smal. Known: small." in unknown.stderr


def test_a_person_is_removed(run: Run) -> None:
    run("add", "Grace", "grace@example.org")
    run("add", "Alan", "alan@example.org")
    assert "Alan removed" in done(run("remove", "Alan"))
    assert [one["name"] for one in json.loads(run("list", "--json").stdout)] == ["Grace"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("role", "Alan", "viewer"), "nobody here is called Alan. Known: Grace."),
        (("role", "Grace", "king"), "no role is called king. Choose from viewer, rater, curator,"),
        (("remove", "Grace"), "Grace is the last person of this home"),
        (("add", "Grace", "grace@example.org"), "`composer people role` changes what they may do."),
    ],
)
def test_what_can_t_be_done_is_said_in_one_line(run: Run, arguments: tuple[str, ...], reason: str) -> None:
    run("add", "Grace", "grace@example.org")
    result = run(*arguments)
    assert result.exit_code == 1
    assert reason in result.stderr


def test_a_home_without_people_says_who_acts_and_how_to_add_some(run: Run) -> None:
    result = run("list")
    assert "one local person, Root (local), does everything" in result.stderr
    assert "composer people add NAME EMAIL" in result.stderr
    assert json.loads(run("list", "--json").stdout) == []


def test_people_are_listed_as_a_table_and_for_scripts(run: Run) -> None:
    run("add", "[b]Ada[/b]", "ada@example.org", "--role", "admin", "--role", "curator")
    assert json.loads(run("list", "--json").stdout) == [
        {"name": "[b]Ada[/b]", "email": "ada@example.org", "roles": ["curator", "admin"]}
    ]
    shown = run("list").stdout
    assert "[b]Ada[/b]" in shown
    assert "curator, admin" in shown


def test_whoever_takes_a_role_learns_which_approvals_that_takes_away(submitted: Database, run: Run) -> None:
    acts.approve(submitted, acts.LOCAL)
    said = done(run("add", "Grace", "grace@example.org", "--role", "reviewer"))
    assert "The approval of candidate 1 by ada (local) no longer counts" in said
    run("add", "Joan", "joan@example.org")
    acts.approve(submitted, "Grace")
    for command in (("role", "Grace", "viewer"), ("role", "Grace", "reviewer"), ("remove", "Grace")):
        said = done(run(*command))
        how = "counts again" if command[-1] == "reviewer" else "no longer counts"
        assert f"The approval of candidate 1 by Grace {how}: Grace is " in said
