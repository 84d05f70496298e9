"""`composer inbox`, `review`, `export`, `verify` and `audit` in the terminal: what they do, say and exit with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import text
from sqlmodel import Session
from typer.testing import CliRunner

from composer.cli import app
from composer.home import Home
from composer.releases import current_release
from composer.review import get_review
from composer.tables import CandidateRow
from library.database import Database

Run = Callable[..., Result]


@pytest.fixture
def run(home: Home, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("COMPOSER_PERSON", "Grace")
    # Rich measures the terminal by this; in eighty columns the text looked for here may be broken.
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--home", str(home.path)])

    return run


def refused(result: Result) -> str:
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert "Error: " in result.stderr
    assert "Traceback" not in result.stderr
    return result.stderr


def spoil(session: Session) -> None:
    row = session.get_one(CandidateRow, 1)
    row.evidence = {**row.evidence, "gates": []}
    session.add(row)


def test_an_empty_inbox_says_what_to_do(filled: Database, run: Run) -> None:
    result = run("inbox")
    assert result.exit_code == 0
    assert "composer demo --headless" in result.stdout
    assert json.loads(run("inbox", "--json").stdout) == []


def test_the_inbox_lists_what_waits(submitted: Database, run: Run) -> None:
    result = run("inbox")
    assert result.exit_code == 0
    for expected in ("small → tiny", "NMSE", "needs review"):
        assert expected in result.stdout
    (row,) = json.loads(run("inbox", "--json").stdout)
    assert (row["candidate"], row["state"], row["obstacles"]) == (1, "needs review", [])
    assert row["keys"]


def test_one_candidate_that_can_not_be_read_hides_no_other(submitted: Database, run: Run) -> None:
    with submitted.session() as session:
        spoil(session)
    result = run("inbox")
    assert result.exit_code == 0
    assert "not the evidence" in result.stdout
    (row,) = json.loads(run("inbox", "--json").stdout)
    assert row["candidate"] == 1
    assert "not the evidence" in row["problem"]


def test_a_candidate_is_shown_with_what_changes_and_its_gates(submitted: Database, run: Run) -> None:
    result = run("review", "1")
    assert result.exit_code == 0
    with submitted.session() as session:
        review = get_review(session, 1)
    for version in review.composition.versions:
        assert f"+ {version.key} v1  {version.text}" in result.stdout
    for gate in review.candidate.gates:
        assert gate.name in result.stdout
    assert "[" in result.stdout


def test_approving_releases_under_the_name_of_who_did_it(submitted: Database, run: Run) -> None:
    result = run("review", "1", "--approve", "--reason", "Clear gain.")
    assert result.exit_code == 0
    assert "composer export small --target tiny" in result.stdout
    with submitted.session() as session:
        release = current_release(session, "small", "tiny")
    assert release is not None
    assert (release.released_by, release.reason) == ("Grace", "Clear gain.")


@pytest.mark.parametrize(
    ("flag", "state"), [("--comment", "needs review"), ("--request-changes", "changes requested")]
)
def test_other_verdicts_are_noted_and_shown(submitted: Database, run: Run, flag: str, state: str) -> None:
    result = run("review", "1", flag, "--reason", "Why [row 3]?")
    assert result.exit_code == 0
    shown = run("review", "1").stdout
    assert state in shown
    assert "Why [row 3]?" in shown
    with submitted.session() as session:
        assert current_release(session, "small", "tiny") is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("1", "--approve"), "needs a reason"),
        (("1", "--approve", "--reason", "  "), "needs a reason"),
        (("1", "--comment"), "needs a reason"),
        (("1", "--approve", "--comment", "--reason", "x"), "two verdicts"),
        (("2", "--approve", "--reason", "x"), "no candidate 2"),
        (("2",), "no candidate 2"),
    ],
)
def test_a_verdict_that_can_not_be_given_is_refused(
    submitted: Database, run: Run, arguments: tuple[str, ...], says: str
) -> None:
    assert says in refused(run("review", *arguments))
    with submitted.session() as session:
        assert current_release(session, "small", "tiny") is None


def test_what_stands_against_an_approval_is_said(
    submitted: Database, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPOSER_PERSON", "Ada")
    run("review", "1", "--request-changes", "--reason", "Explain row 3.")
    monkeypatch.setenv("COMPOSER_PERSON", "Grace")
    assert "Ada asked for changes" in refused(run("review", "1", "--approve", "--reason", "x"))
    assert "Ada asked for changes" in run("review", "1").stdout


def test_export_and_verify_agree(released: Database, run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    result = run("export", "small", "--target", "tiny", "--out", str(folder))
    assert result.exit_code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "messages.json", "prompt.txt"]
    checked = CliRunner().invoke(app, ["verify", str(folder)])
    assert (checked.exit_code, "intact" in checked.stdout) == (0, True)


def test_verify_says_which_byte_is_off_and_exits_1(pack: Path) -> None:
    content = bytearray((pack / "prompt.txt").read_bytes())
    content[5] ^= 1
    (pack / "prompt.txt").write_bytes(content)
    result = CliRunner().invoke(app, ["verify", str(pack)])
    assert result.exit_code == 1
    assert "prompt.txt byte 5" in result.stderr
    assert result.stdout == ""


def test_verify_of_no_pack_exits_1(tmp_path: Path) -> None:
    for folder in (tmp_path / "nothing", tmp_path):
        result = CliRunner().invoke(app, ["verify", str(folder)])
        assert result.exit_code == 1
        assert isinstance(result.exception, SystemExit)
        assert result.stderr


def test_export_of_nothing_released_is_refused(submitted: Database, run: Run, tmp_path: Path) -> None:
    says = refused(run("export", "small", "--target", "tiny", "--out", str(tmp_path / "pack")))
    assert "nothing is released for small on tiny" in says
    assert not (tmp_path / "pack").exists()


def test_export_into_a_folder_with_other_files_is_refused(released: Database, run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    says = refused(run("export", "small", "--target", "tiny", "--out", str(tmp_path)))
    assert "notes.txt" in says


def test_the_audit_lists_who_did_what_and_why(released: Database, run: Run) -> None:
    result = run("audit", "list", "--subject", "candidate:1")
    assert result.exit_code == 0
    assert "Clear gain." in result.stdout
    assert run("audit", "verify").exit_code == 0


def test_the_audit_finds_a_changed_entry(released: Database, run: Run) -> None:
    with released.session() as session:
        session.execute(text("update log set why = 'Because.' where id = 3"))
    result = run("audit", "verify")
    assert result.exit_code == 1
    assert "entry 3" in result.stderr


def test_a_home_that_can_not_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(app, ["inbox", "--home", str(tmp_path / "file" / "home")])
    assert "home" in refused(result)


def test_the_reason_is_written_to_the_log(submitted: Database, run: Run) -> None:
    run("review", "1", "--comment", "--reason", "Fine with me.")
    assert "Fine with me." in run("audit", "list").stdout
