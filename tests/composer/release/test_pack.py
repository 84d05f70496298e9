"""Packs: they hold what was measured, and no byte of them can change unseen."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from composer.answers.store import Question
from composer.candidates.records import get_candidate
from composer.home.paths import Home
from composer.prompts.messages import PLACEHOLDER, render
from composer.release.pack import export_release, pack_of, write_pack
from composer.release.verification import faults, faults_in
from composer.review.status import get_review
from composer.tables import ReleaseRow
from library import log
from library.canonical import canonical_bytes, digest
from library.database import Database
from library.errors import Refused
from library.tables import SnippetVersionRow
from tests import small

FILES = ("prompt.txt", "messages.json", "manifest.json")


def read(folder: Path) -> Any:
    return json.loads((folder / "manifest.json").read_bytes())


def test_it_is_whole_as_exported(pack: Path) -> None:
    assert sorted(path.name for path in pack.iterdir()) == sorted(FILES)
    assert faults(pack) == ()


def test_the_prompt_is_the_approved_composition(pack: Path, released: Database) -> None:
    with released.session() as session:
        review = get_review(session, 1)
    assert (pack / "prompt.txt").read_bytes() == review.composition.text.encode()


def test_its_messages_with_placeholders_filled_are_those_that_were_measured(
    pack: Path, home: Home, released: Database
) -> None:
    template = json.loads((pack / "messages.json").read_bytes())
    with released.session() as session:
        evidence = get_candidate(session, 1).evidence
        stored = set(session.exec(text("select key from cell")).scalars())  # type: ignore[call-overload]
    composition = get_composition(released)
    for example, cell in zip(small.examples(0, 16), evidence.candidate.cells, strict=True):
        filled = [
            {**message, "content": PLACEHOLDER.sub(lambda match: example.inputs[match[1]], message["content"])}  # noqa: B023
            for message in template
        ]
        assert filled == render(composition, small.TASK["message"], example.inputs)
        assert cell in stored
        assert cell == cell_key(filled, evidence.target.hash)


def get_composition(database: Database) -> str:
    with database.session() as session:
        return get_review(session, 1).composition.text


def cell_key(messages: list[dict[str, str]], target: str) -> str:
    return Question(messages, target, "", "").key


def test_the_manifest_names_snippets_task_target_evidence_and_release(pack: Path, released: Database) -> None:
    manifest = read(pack)
    with released.session() as session:
        review = get_review(session, 1)
    assert [(one["key"], one["version"], one["sha256"]) for one in manifest["snippets"]] == [
        (one.key, one.version, one.sha256) for one in review.composition.versions
    ]
    for one in manifest["snippets"]:
        assert hashlib.sha256(one["text"].encode()).hexdigest() == one["sha256"]
    assert manifest["task"]["hash"] == review.task.hash
    assert manifest["target"]["name"] == "tiny"
    assert manifest["evidence"]["sha256"] == review.candidate.evidence_hash
    assert manifest["release"]["by"] == "Grace"
    assert manifest["release"]["reason"] == "Clear gain."


def test_exporting_twice_gives_the_same_bytes_and_is_logged(released: Database, tmp_path: Path) -> None:
    with released.session() as session:
        packs = [
            export_release(session, "small", "tiny", tmp_path / name, by="Ada", at=small.NOW)
            for name in ("a", "b")
        ]
        assert packs[0] == packs[1] == pack_of(session, "small", "tiny")
        logged = log.entries(session, "prompt:small:tiny")
        assert [(entry.who, entry.action) for entry in logged] == [("Ada", "exported")] * 2
        assert logged[0].detail["pack"] == packs[0].fingerprint
        assert log.first_broken(session) is None


def flips(content: bytes, thorough: bool) -> Iterator[tuple[int, bytes]]:
    """Every byte changed in several ways, removed, and another put before it."""
    for place, byte in enumerate(content):
        changed = (byte ^ 1, byte ^ 0x20, ord("x"))
        for value in {*changed} - {byte} if thorough else {changed[place % 2]}:
            yield place, content[:place] + bytes([value]) + content[place + 1 :]
        if thorough or place % 12 == 0:
            yield place, content[:place] + content[place + 1 :]
            yield place, content[:place] + b" " + content[place:]
    yield len(content), content + b"\n"
    yield len(content), content + b"\x00"
    yield 0, b"\xef\xbb\xbf" + content
    yield 0, b""


@pytest.mark.parametrize("name", FILES)
def test_no_flip_of_any_byte_goes_unseen_and_its_file_and_place_are_named(pack: Path, name: str) -> None:
    content = (pack / name).read_bytes()
    tried = 0
    for place, changed in flips(content, thorough=name == "prompt.txt"):
        (pack / name).write_bytes(changed)
        found = faults(pack)
        assert found, f"{name} byte {place} became {changed[place : place + 3]!r} unseen"
        assert any(name in fault for fault in found), found
        assert all(re.search(r"byte \d+|field \w*|missing", fault) for fault in found), found
        tried += 1
    assert tried > len(content)
    (pack / name).write_bytes(content)
    assert faults(pack) == ()


def test_a_flip_in_prompt_or_messages_is_named_to_the_byte(pack: Path) -> None:
    for name in ("prompt.txt", "messages.json"):
        content = (pack / name).read_bytes()
        for place in (0, 17, len(content) - 1):
            (pack / name).write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
            assert faults(pack) == (f"{name} byte {place} is off",)
        (pack / name).write_bytes(content)


FIELDS: dict[str, Callable[[Any], object]] = {
    "task": lambda m: m["task"].update(name="other"),
    "target": lambda m: m["target"].update(name="other"),
    "snippets": lambda m: m["snippets"].reverse(),
    "evidence": lambda m: m["evidence"]["figures"][0].update(candidate=1),
    "release": lambda m: m["release"].update(by="Mallory"),
    "format": lambda m: m.update(format=2),
}


@pytest.mark.parametrize("field", FIELDS)
def test_a_changed_field_is_named(pack: Path, field: str) -> None:
    manifest = read(pack)
    FIELDS[field](manifest)
    (pack / "manifest.json").write_bytes(canonical_bytes(manifest))
    assert faults(pack) == (f"manifest.json: the field {field} is off",)


def test_a_pack_of_another_shape_is_a_fault_and_no_crash_even_with_seals_that_fit(pack: Path) -> None:
    for change in ({}, {"task": 3, "snippets": []}, {"task": {"base": 1}, "snippets": [{}]}):
        manifest = {**change, "seals": {name: digest(value) for name, value in change.items()}}
        (pack / "manifest.json").write_bytes(canonical_bytes(manifest))
        assert faults(pack)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(pack: Path, name: str) -> None:
    (pack / name).unlink()
    assert faults(pack) == (f"{name} is missing",)


def test_a_file_that_does_not_belong_is_named(pack: Path) -> None:
    (pack / "extra.txt").write_text("hello")
    assert faults(pack) == ("extra.txt does not belong to the pack",)


def test_files_that_lie_in_no_folder_are_checked_as_those_of_one(pack: Path) -> None:
    files = {path.name: path.read_bytes() for path in pack.iterdir()}
    assert faults_in(files) == ()
    assert faults_in({**files, "extra.txt": b""}) == ("extra.txt does not belong to the pack",)
    assert faults_in({**files, "prompt.txt": files["prompt.txt"] + b"\n"}) == (
        f"prompt.txt byte {len(files['prompt.txt'])} is off",
    )
    assert faults_in({"prompt.txt": files["prompt.txt"]}) == (
        "messages.json is missing",
        "manifest.json is missing",
    )


def test_a_folder_in_place_of_a_file_is_a_fault(pack: Path) -> None:
    (pack / "prompt.txt").unlink()
    (pack / "prompt.txt").mkdir()
    assert faults(pack)


def test_no_folder_is_a_fault(tmp_path: Path) -> None:
    assert "not a folder" in faults(tmp_path / "nothing")[0]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"seals":{}}',
        b'{"seals":[]}',
        b"[" * 100_000,
        b'{"seals":{},"n":' + b"9" * 9_000 + b"}",
        b'{"seals":{},"n":"\\ud800"}',
        b'{"seals":{},"\\ud83d":1}',
        b'{"seals":{},"n":1e999}',
        b'{"seals":{},"n":NaN}',
        b"\xff\xfe{\x00}\x00",
    ],
    ids=lambda content: repr(content[:20]),
)
def test_a_manifest_that_is_nothing_of_the_kind_is_a_fault_and_no_crash(pack: Path, content: bytes) -> None:
    (pack / "manifest.json").write_bytes(content)
    assert faults(pack)
    assert "\n".join(faults(pack)).encode()


def test_a_file_whose_name_is_no_utf8_is_named(pack: Path) -> None:
    (pack / os.fsdecode(b"\xff.txt")).write_text("hello")
    assert faults(pack) == ("\\udcff.txt does not belong to the pack",)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.recursive(
        st.none() | st.integers() | st.floats() | st.text(st.characters()),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["seals", "task", "snippets", "base", "\ud83d"]), inner)
        ),
    )
)
def test_whatever_stands_in_the_manifest_is_a_fault_and_no_crash(pack: Path, content: Any) -> None:
    (pack / "manifest.json").write_text(json.dumps(content))
    assert faults(pack)


def test_verifying_needs_neither_database_nor_network(
    pack: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(home.path)
    monkeypatch.setattr(socket, "socket", lambda *a, **k: pytest.fail("network"))
    assert faults(pack) == ()


def test_a_folder_that_holds_something_else_is_refused(released: Database, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with released.session() as session, pytest.raises(Refused, match=r"notes\.txt"):
        export_release(session, "small", "tiny", tmp_path, by="Ada", at=small.NOW)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["notes.txt"]
    with released.session() as session:
        assert not log.entries(session, "prompt:small:tiny")


def test_a_place_that_can_not_be_written_is_refused(released: Database, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with released.session() as session:
        pack = pack_of(session, "small", "tiny")
    with pytest.raises(Refused, match="can't be written"):
        write_pack(pack, tmp_path / "file" / "pack")


def test_nothing_released_is_refused(submitted: Database, tmp_path: Path) -> None:
    with submitted.session() as session, pytest.raises(Refused, match="nothing is released for small on tiny"):
        export_release(session, "small", "tiny", tmp_path / "pack", by="Ada", at=small.NOW)
    assert not (tmp_path / "pack").exists()


@pytest.mark.parametrize("with_its_hash", [False, True])
def test_a_snippet_changed_in_its_row_is_not_exported(
    released: Database, tmp_path: Path, with_its_hash: bool
) -> None:
    with released.session() as session:
        number = get_candidate(session, 1).versions[0]
        also = ", sha256 = :sha" if with_its_hash else ""
        values = {"said": "Say 5.", "sha": hashlib.sha256(b"Say 5.").hexdigest(), "id": number}
        session.execute(text(f"update snippet_version set text = :said{also} where id = :id"), values)
    with released.session() as session, pytest.raises(Refused):
        export_release(session, "small", "tiny", tmp_path / "pack", by="Ada", at=small.NOW)
    assert not (tmp_path / "pack").exists()


def test_a_retired_snippet_is_not_exported(released: Database, tmp_path: Path) -> None:
    with released.session() as session:
        row = session.get_one(SnippetVersionRow, get_candidate(session, 1).versions[0])
        row.state = "retired"
        session.add(row)
    with released.session() as session, pytest.raises(Refused, match="retired"):
        export_release(session, "small", "tiny", tmp_path / "pack", by="Ada", at=small.NOW)


def test_a_release_pointed_at_other_snippets_is_not_exported(released: Database, tmp_path: Path) -> None:
    with released.session() as session:
        row = session.get_one(ReleaseRow, 1)
        row.versions = [4]
        session.add(row)
    with released.session() as session, pytest.raises(Refused, match="not the prompt that was measured"):
        export_release(session, "small", "tiny", tmp_path / "pack", by="Ada", at=small.NOW)
