"""Loading: what is loaded is what was measured, and nothing of a pack can be changed unseen."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import composer
from composer import load
from composer.attestation.keys import new_pair, public_key
from composer.candidates.records import get_candidate
from composer.home.paths import Home
from composer.prompts.messages import render
from composer.registry.datasets import examples_named
from composer.release.pack import pack_of
from composer.release.verification import EVIDENCE, MANIFEST, PACK
from composer.review.status import get_review
from composer.runtime.sources import source_of
from library.database import Database
from library.errors import Refused
from tests import small
from tests.composer.release.test_contradictions import CHANGES, sealed_again

HEAVY = {"dspy", "sqlalchemy", "sqlmodel", "numpy", "scipy", "pandas", "streamlit", "starlette", "uvicorn", "yaml"}


def test_what_is_loaded_asks_what_was_measured(pack: Path, home: Home, released: Database) -> None:
    with released.session() as session:
        evidence = get_candidate(session, 1).evidence
        examples = examples_named(session, evidence.data.dataset, evidence.data.examples)
        composition = get_review(session, 1).composition
    assert examples
    for source in (pack, str(pack), home.path, f"sqlite:///{home.database}"):
        prompt = load("small", target="tiny", source=source)
        assert (prompt.task, prompt.target, prompt.release) == ("small", "tiny", 1)
        assert prompt.prompt == composition.text
        assert {name: prompt.files[name] for name in PACK} == {name: (pack / name).read_bytes() for name in PACK}
        for example in examples:
            asked = render(composition.text, small.task().message, example.inputs)
            assert prompt.messages(**example.inputs) == asked


def test_its_fingerprint_is_the_one_that_the_export_printed(pack: Path, released: Database) -> None:
    with released.session() as session:
        exported = pack_of(session, "small", "tiny")
    assert load("small", target="tiny", source=pack).fingerprint == exported.fingerprint


@pytest.mark.parametrize("name", CHANGES)
def test_a_pack_that_contradicts_itself_is_refused_whatever_its_seals_say(pack: Path, name: str) -> None:
    sealed_again(pack, CHANGES[name][0])
    with pytest.raises(Refused, match="does not verify") as refused:
        load("small", target="tiny", source=pack)
    assert any(CHANGES[name][1] in problem for problem in refused.value.problems)


@pytest.mark.parametrize("name", PACK)
def test_a_flip_of_any_byte_of_a_pack_is_refused(pack: Path, name: str) -> None:
    content = (pack / name).read_bytes()
    for place in {*range(0, len(content), 53), len(content) - 1}:
        (pack / name).write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(Refused, match="does not verify"):
            load("small", target="tiny", source=pack)


@pytest.mark.parametrize("name", PACK)
def test_a_pack_that_lacks_a_file_is_refused(pack: Path, name: str) -> None:
    shutil.copytree(pack, pack.parent / "packs" / "small" / "tiny")
    (pack.parent / "packs" / "small" / "tiny" / name).unlink()
    with pytest.raises(Refused, match="does not verify") as refused:
        load("small", target="tiny", source=pack.parent / "packs")
    assert refused.value.problems == (f"{name} is missing",)


def test_a_pack_with_something_beside_it_is_refused(pack: Path) -> None:
    (pack / "notes.txt").write_text("mine")
    with pytest.raises(Refused) as refused:
        load("small", target="tiny", source=pack)
    assert refused.value.problems == ("notes.txt does not belong to the pack",)


@pytest.mark.parametrize(("task", "target"), [("other", "tiny"), ("small", "other")])
def test_a_pack_for_another_task_or_target_is_refused_by_name(pack: Path, task: str, target: str) -> None:
    with pytest.raises(Refused, match=f"is for small on tiny, not for {task} on {target}"):
        load(task, target=target, source=pack)
    shutil.copytree(pack, pack.parent / "packs" / task / target)
    with pytest.raises(Refused, match=f"is for small on tiny, not for {task} on {target}"):
        load(task, target=target, source=pack.parent / "packs")


def test_an_output_that_no_answer_could_be_read_by_is_refused(pack: Path) -> None:
    assert sealed_again(pack, lambda manifest: manifest["task"]["output"].update(low=9)) == ()
    with pytest.raises(Refused, match="output is not that of a task"):
        load("small", target="tiny", source=pack)


def test_importing_it_loads_neither_model_nor_database(pack: Path) -> None:
    code = f"""
import json, sys
from composer import load
before = sorted(sys.modules)
load("small", target="tiny", source={str(pack)!r})
print(json.dumps([before, sorted(sys.modules)]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    before, after = json.loads(done.stdout)
    assert not {*before, *after} & HEAVY
    # What verifies a pack is there before the first is loaded, which then takes no longer than the next.
    assert "composer.release.verification" in before


def test_a_signed_pack_is_checked_without_model_database_or_what_signs(
    signed: Path, keys: tuple[Path, Path]
) -> None:
    code = f"""
import json, sys
from composer import load
load("small", target="tiny", source={str(signed)!r}, key={str(keys[1])!r})
print(json.dumps(sorted(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = set(json.loads(done.stdout))
    assert "composer.attestation.reviewed" in modules
    # securesystemslib imports the clients of clouds whose keys it can sign with, wherever they are installed.
    assert not modules & {*HEAVY, "securesystemslib", "boto3", "library.database", "composer.models.target"}


def test_load_is_a_function_of_the_package_and_no_module() -> None:
    assert composer.load is load
    with pytest.raises(ModuleNotFoundError):
        __import__("composer.load")
    assert composer.load is load


def test_a_manifest_without_names_is_refused(pack: Path) -> None:
    (pack / MANIFEST).write_bytes(b"[]")
    with pytest.raises(Refused, match="names no task and target"):
        source_of(pack).listed()


def test_with_a_key_the_pack_has_to_be_signed_by_it(signed: Path, keys: tuple[Path, Path]) -> None:
    prompt = load("small", target="tiny", source=signed, key=keys[1])
    assert prompt.signed_by == public_key(keys[1]).keyid
    assert EVIDENCE in prompt.files
    assert load("small", target="tiny", source=signed).signed_by is None


def test_a_pack_that_another_key_signed_or_none_is_refused(
    signed: Path, pack: Path, home: Home, keys: tuple[Path, Path], tmp_path: Path
) -> None:
    other = new_pair(tmp_path / "other")[1]
    for source, key, said in (
        (signed, other, "the signature is not that of this key"),
        (pack, keys[1], "this pack was not signed"),
        (home.path, keys[1], "this pack was not signed"),
    ):
        with pytest.raises(Refused, match="does not verify") as refused:
            load("small", target="tiny", source=source, key=key)
        assert said in "".join(refused.value.problems)


def test_what_is_no_key_is_refused(signed: Path, keys: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "none.pub").write_text("hello")
    for key in (tmp_path / "none.pub", tmp_path / "nothing.pub", keys[0]):
        with pytest.raises(Refused, match="key"):
            load("small", target="tiny", source=signed, key=key)


def test_a_flip_of_any_byte_of_the_evidence_is_refused(signed: Path, keys: tuple[Path, Path]) -> None:
    content = (signed / EVIDENCE).read_bytes()
    for place in {*range(0, len(content), 997), len(content) - 1}:
        (signed / EVIDENCE).write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(Refused, match="does not verify"):
            load("small", target="tiny", source=signed, key=keys[1])
