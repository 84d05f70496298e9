"""`composer audit`: what it checks, prints and compares."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from composer.cli import app
from composer.home.paths import Home
from composer.review.comments import add_comment
from library import log
from library.database import Database
from tests import small

runner = CliRunner()


def audit(home: Home, *arguments: str) -> Any:
    return runner.invoke(app, ["audit", *arguments, "--home", str(home.path)])


def tamper(database: Database, statement: str) -> None:
    with database.session() as session:
        session.execute(text(statement))


def test_a_whole_home_is_said_to_be_with_count_head_and_rows(submitted: Database, home: Home) -> None:
    with submitted.session() as session:
        entries = log.entries(session)
    done = audit(home, "verify")
    assert done.exit_code == 0
    assert f"the log is whole: {len(entries)} entries, head {len(entries)}:{entries[-1].hash}" in done.stdout
    assert "rows are what the log says" in done.stdout
    assert "older" not in done.stdout
    assert audit(home, "head").stdout.strip() == f"{len(entries)}:{entries[-1].hash}"


def test_each_difference_is_named(submitted: Database, home: Home) -> None:
    tamper(submitted, "delete from test_read")
    tamper(submitted, "update target set added_by = 'Eve'")
    done = audit(home, "verify")
    assert done.exit_code == 1
    assert "reading of the test split 1, named by entry" in done.stderr
    assert "target 1 (name tiny) is not what entry" in done.stderr
    assert all(line.startswith("✗ ") for line in done.stderr.splitlines()[:2])
    assert done.stderr.splitlines()[2:] == ["2 differences"]
    assert "whole" not in done.stdout


def test_a_script_reads_it_as_json(submitted: Database, home: Home) -> None:
    found = json.loads(audit(home, "verify", "--json").stdout)
    assert (found["whole"], found["older"], found["waiting"], found["differences"]) == (True, {}, 0, [])
    tamper(submitted, "delete from candidate")
    done = audit(home, "verify", "--json")
    found = json.loads(done.stdout)
    assert (done.exit_code, found["whole"], len(found["differences"])) == (1, False, 1)


def test_a_head_that_was_kept_shows_that_the_log_was_written_anew(submitted: Database, home: Home) -> None:
    kept = audit(home, "head").stdout.strip()
    with submitted.session() as session:
        add_comment(session, 1, "Hm.", by="Ada", at=small.NOW)
    for head in (kept, kept.partition(":")[2]):
        done = audit(home, "verify", "--head", head)
        assert done.exit_code == 0
        assert "the log goes on from the head that was kept" in done.stdout
    # Whoever can write all of the file cuts the end off, and whatever tells of it.
    newest = audit(home, "head").stdout.strip()
    with submitted.session() as session:
        before = log.entries(session)[-2]
    tamper(submitted, f"delete from log where id > {before.id}")
    tamper(submitted, "delete from comment")
    tamper(submitted, f"update log_end set entries = entries - 1, head = '{before.hash}'")
    done = audit(home, "verify")
    assert done.exit_code == 1
    assert "the log lacks the last entry that was written" in done.stderr
    (home.path / "composer.db-head").unlink()
    assert audit(home, "verify").exit_code == 0
    done = audit(home, "verify", "--head", newest)
    assert done.exit_code == 1
    assert "the log doesn't go on from the head that was kept" in done.stderr
    assert audit(home, "verify", "--head", kept).exit_code == 0


@pytest.mark.parametrize("head", ["x", "3:abc", "x:" + "0" * 64])
def test_what_is_no_head_is_refused(submitted: Database, home: Home, head: str) -> None:
    done = audit(home, "verify", "--head", head)
    assert done.exit_code == 1
    assert "is no head of a log" in done.stderr


def test_a_new_home_has_nothing_to_adopt(submitted: Database, home: Home) -> None:
    assert "No row is older" in audit(home, "adopt").stdout


def test_what_is_listed_moves_no_cursor(submitted: Database, home: Home) -> None:
    with submitted.session() as session:
        log.append(session, who="E\x1b[2Jve", action="a", subject="s", why="\x1b]0;x\x07", detail={}, at=small.NOW)
    assert "\x1b" not in audit(home, "list").stdout
