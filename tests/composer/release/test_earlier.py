"""Exporting an earlier release: the very pack it had in use, which says elsewhere what took its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from composer import load
from composer.attestation.keys import new_pair
from composer.attestation.signing import private_key
from composer.formats.catalogue import FORMATS
from composer.release.earlier import Superseded
from composer.release.exported import export_formats
from composer.release.pack import Pack, export_release, pack_of
from composer.release.publish import roll_back
from composer.release.verification import MANIFEST, faults_in
from composer.review.decisions import give_verdict
from composer.tables import ReleaseRow
from library import log
from library.database import Database
from library.errors import Refused
from library.retiring import retire
from tests import small, twice

PLACE = ("small", "tiny")


def packed(database: Database, release: int | None = None) -> Pack:
    with database.session() as session:
        return pack_of(session, *PLACE, release)


def rolled_back(database: Database, release: int) -> None:
    with database.session() as session:
        roll_back(session, release, reason="Harm.", by=twice.LOCAL, at=small.NOW)


def refused(database: Database, release: int, task: str = "small", target: str = "tiny") -> str:
    with database.session() as session, pytest.raises(Refused) as refusal:
        pack_of(session, task, target, release)
    return str(refusal.value)


def test_an_earlier_release_has_the_pack_it_had_in_use(renewed: Database) -> None:
    in_use = packed(renewed)
    assert in_use == packed(renewed, 2)
    rolled_back(renewed, 1)
    now, then = packed(renewed), packed(renewed, 2)
    assert (now.release, now.superseded) == (3, None)
    assert then.files == in_use.files
    assert then.fingerprint == in_use.fingerprint
    assert faults_in(then.files) == ()


def test_what_took_its_place_is_said_and_how(renewed: Database) -> None:
    first = packed(renewed, 1)
    assert first.superseded == Superseded(1, now=2, next=2, rolled_back=False, reason="Release 2.")
    assert json.loads(first.files[MANIFEST])["release"]["id"] == 1
    rolled_back(renewed, 1)
    found = packed(renewed, 2).superseded
    assert found == Superseded(2, now=3, next=3, rolled_back=True, reason="Harm.")
    assert found.sentence == (
        "Release 2 is not in use: it was rolled back by release 3 (“Harm.”), "
        "and release 3 is what is released now."
    )
    assert packed(renewed, 1).superseded == Superseded(1, now=3, next=2, rolled_back=False, reason="Release 2.")


def test_a_service_loads_it_and_the_log_says_that_it_was_not_in_use(renewed: Database, tmp_path: Path) -> None:
    key, public = new_pair(tmp_path / "keys")
    with renewed.session() as session:
        export_release(session, *PLACE, tmp_path / "pack", by="Ada", at=small.NOW, key=private_key(key), release=1)
        export_release(session, *PLACE, tmp_path / "now", by="Ada", at=small.NOW, release=2)
        details = [one.detail for one in log.entries(session, "prompt:small:tiny")]
    assert load("small", target="tiny", source=tmp_path / "pack", key=public).release == 1
    assert (details[0]["release"], details[0]["instead_of"]) == (1, 2)
    assert "release" not in details[1]


def test_other_tools_get_its_text_too(renewed: Database, tmp_path: Path) -> None:
    with renewed.session() as session:
        found = export_formats(
            session, *PLACE, tmp_path / "out", [FORMATS["prompt.txt"]], release=1, by="Ada", at=small.NOW
        )
        entry = log.entries(session, "prompt:small:tiny")[-1]
    assert (tmp_path / "out" / "prompt.txt").read_bytes() == packed(renewed, 1).files["prompt.txt"]
    assert found.superseded is not None
    assert (entry.detail["release"], entry.detail["instead_of"]) == (1, 2)


def test_what_is_no_release_of_this_task_on_this_target_is_refused(renewed: Database) -> None:
    assert "there is no release 9" in refused(renewed, 9)
    assert "nothing is released for other on tiny" in refused(renewed, 1, "other")
    with renewed.session() as session:
        row = session.get_one(ReleaseRow, 2)
        session.add(ReleaseRow(**{**row.model_dump(), "id": 3, "target": "far"}))
    said = refused(renewed, 1, "small", "far")
    assert "release 1 is for small on tiny, not for small on far" in said
    assert "The releases there are 3" in said


def test_what_could_not_be_rolled_back_to_is_not_exported(renewed: Database) -> None:
    with renewed.session() as session:
        give_verdict(session, 1, "no-go", reason="Harm.", by=twice.LOCAL, at=small.NOW)
    said = refused(renewed, 1)
    assert "release 1 can't be exported any more" in said
    assert "gave a no-go" in said


def test_a_snippet_that_was_retired_since_keeps_it_from_being_exported(renewed: Database) -> None:
    key = json.loads(packed(renewed, 1).files[MANIFEST])["snippets"][0]["key"]
    with renewed.session() as session:
        retire(session, key, reason="Wrong.", by="Ada", at=small.NOW)
    assert "can't be exported any more" in refused(renewed, 1)


def test_a_release_that_the_log_does_not_know_is_not_exported(renewed: Database) -> None:
    with renewed.session() as session:
        row = session.get_one(ReleaseRow, 2)
        session.add(ReleaseRow(**{**row.model_dump(), "id": 3}))
    for release in (1, 2, 3):
        assert "changed behind the log: release 3" in refused(renewed, release)
