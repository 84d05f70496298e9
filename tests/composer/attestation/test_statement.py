"""The signed statement: what it says of a release, and what it leaves out."""

from __future__ import annotations

import json
from hashlib import sha256

from composer.attestation.envelope import opened
from composer.attestation.keys import PublicKey
from composer.release.verification import EVIDENCE, PACK
from library import log
from library.canonical import canonical_bytes
from library.database import Database
from tests import small
from tests.composer.attestation.conftest import Files, said


def test_a_signed_pack_is_whole(signed: Files, checks: PublicKey) -> None:
    assert said(signed, checks) == ""


def test_it_is_an_in_toto_statement_about_the_files_of_the_pack(signed: Files) -> None:
    statement = json.loads(opened(signed[EVIDENCE]))
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert {one["name"]: one["digest"]["sha256"] for one in statement["subject"]} == {
        name: sha256(signed[name]).hexdigest() for name in PACK
    }


def test_it_says_who_approved_and_released_as_the_log_has_it(signed: Files, released: Database) -> None:
    review = json.loads(opened(signed[EVIDENCE]))["predicate"]
    assert [(one["reviewer"], one["kind"], one["reason"]) for one in review["verdicts"]] == [
        ("Grace", "approve", "Clear gain.")
    ]
    with released.session() as session:
        hashes = {entry.hash for entry in log.entries(session)}
    assert {entry["hash"] for entry in review["log"]} <= hashes
    assert review["log"][-1]["subject"] == "release:1"


def test_it_holds_no_text_of_a_sealed_example(signed: Files) -> None:
    payload = opened(signed[EVIDENCE]).decode()
    texts = [text for example in small.examples(0, 16) for text in example.inputs.values()]
    assert texts
    assert [text for text in texts if text in payload] == []


def test_what_it_says_is_the_same_bytes_each_time(signed: Files) -> None:
    payload = opened(signed[EVIDENCE])
    assert payload == canonical_bytes(json.loads(payload))
