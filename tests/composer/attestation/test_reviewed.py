"""A statement that is changed fails, whoever signs it again: it has to fit its files and its own log."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from composer.attestation.envelope import opened
from composer.attestation.keys import PublicKey, new_pair, public_key
from composer.attestation.signing import PrivateKey, sealed
from composer.release.verification import EVIDENCE, MANIFEST, MESSAGES, PROMPT, SEALS, faults_in, pack_texts
from library.canonical import canonical_bytes, digest, text_digest
from library.database import Database
from tests.composer.attestation.conftest import Change, Files, exported, resigned, said
from tests.composer.review import acts


def test_any_single_byte_that_flips_is_seen(signed: Files, checks: PublicKey) -> None:
    missed = []
    for name, content in signed.items():
        for place in range(len(content)):
            flipped = bytearray(content)
            flipped[place] ^= 1 << place % 8
            if not faults_in({**signed, name: bytes(flipped)}, checks):
                missed.append((name, place))
    assert missed == []


@pytest.mark.parametrize("name", [PROMPT, MESSAGES, MANIFEST, EVIDENCE])
def test_a_file_that_is_missing_is_named(signed: Files, checks: PublicKey, name: str) -> None:
    assert f"{name} is missing" in said({key: value for key, value in signed.items() if key != name}, checks)


def test_a_pack_that_was_never_signed_is_not_taken_for_a_signed_one(signed: Files, checks: PublicKey) -> None:
    unsigned = {name: content for name, content in signed.items() if name != EVIDENCE}
    assert faults_in(unsigned) == ()
    assert "this pack was not signed" in said(unsigned, checks)


def test_another_key_is_not_taken(signed: Files, tmp_path: Path) -> None:
    _, other = new_pair(tmp_path / "other")
    assert "the signature is not that of this key" in said(signed, public_key(other))


def test_evidence_of_another_release_is_not_taken(
    renewed: Database, tmp_path: Path, key: PrivateKey, checks: PublicKey
) -> None:
    now = exported(renewed, tmp_path / "now", key)
    acts.rolled_back(renewed, 1, by="Grace")
    back = exported(renewed, tmp_path / "back", key)
    assert (said(now, checks), said(back, checks)) == ("", "")
    assert said({**now, EVIDENCE: back[EVIDENCE]}, checks) != ""
    assert said({**back, EVIDENCE: now[EVIDENCE]}, checks) != ""


def last(review: Any, action: str) -> Any:
    return next(one for one in reversed(review["log"]) if one["action"] == action)


def renamed(review: Any) -> None:
    review["verdicts"][0]["reviewer"] = "Somebody"


def another_reason(review: Any) -> None:
    review["verdicts"][0]["reason"] = "No reason."


def an_entry_changed(review: Any) -> None:
    last(review, "approve")["why"] = "No reason."


def an_entry_left_out(review: Any) -> None:
    review["log"].remove(last(review, "candidate submitted"))


def entries_swapped(review: Any) -> None:
    review["log"][-1], review["log"][-2] = review["log"][-2], review["log"][-1]


def an_entry_twice(review: Any) -> None:
    review["log"].append(review["log"][-1])


def no_release(review: Any) -> None:
    review["log"].remove(last(review, "released"))


def another_proposer(review: Any) -> None:
    review["proposer"] = "Somebody"


def figures_changed(review: Any) -> None:
    review["evidence"]["figures"][0]["candidate"] = 0.5


def fewer_readings(review: Any) -> None:
    review["evidence"]["test_reads_before"] += 1


def a_laxer_policy(review: Any) -> None:
    review["task"]["policy"]["approvals"] = 1


def another_message(review: Any) -> None:
    review["task"]["message"] += " "


def another_candidate(review: Any) -> None:
    review["candidate"] = 2


def a_field_more(review: Any) -> None:
    review["note"] = "Trust me."


def a_field_less(review: Any) -> None:
    del review["authors"]


def a_number_as_text(review: Any) -> None:
    review["candidate"] = "1"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (renamed, "the statement's verdicts are not those of its log"),
        (another_reason, "the statement's verdicts are not those of its log"),
        (an_entry_changed, "is not what was written"),
        (an_entry_left_out, "does not say who submitted this evidence"),
        (entries_swapped, "is out of its order"),
        (an_entry_twice, "is there twice"),
        (no_release, "the manifest's release is not the one in the statement's log"),
        (another_proposer, "does not say who submitted this evidence"),
        (figures_changed, "the manifest's field evidence"),
        (fewer_readings, "the manifest's field evidence is not what the statement says"),
        (a_laxer_policy, "the statement's task is not the one that the manifest names"),
        (another_message, "the statement's task is not the one that the manifest names"),
        (another_candidate, "the manifest's field release.candidate"),
        (a_field_more, "the statement's field predicate.note is off"),
        (a_field_less, "the statement's field predicate.authors is off"),
        (a_number_as_text, "the statement's field predicate.candidate is off"),
    ],
)
def test_a_statement_that_was_changed_and_signed_again_still_fails(
    approved_by_two: Files, key: PrivateKey, checks: PublicKey, change: Change, says: str
) -> None:
    assert said(approved_by_two, checks) == ""
    assert says in said(resigned(approved_by_two, key, change), checks)


@pytest.mark.parametrize("payload", [b"", b"[]", b"{}", b"null", b"\xff", b"[" * 100_000])
def test_whatever_is_signed_in_place_of_a_statement_is_refused(
    signed: Files, key: PrivateKey, checks: PublicKey, payload: bytes
) -> None:
    assert "the statement" in said({**signed, EVIDENCE: sealed(payload, key)}, checks)


def test_a_statement_laid_out_otherwise_is_refused(signed: Files, key: PrivateKey, checks: PublicKey) -> None:
    loose = json.dumps(json.loads(opened(signed[EVIDENCE])), indent=1).encode()
    assert "not written as it was signed" in said({**signed, EVIDENCE: sealed(loose, key)}, checks)


@pytest.mark.parametrize(
    "change",
    [
        lambda statement: statement.update(predicateType="urn:another"),
        lambda statement: statement["subject"].pop(),
        lambda statement: statement["subject"].append(statement["subject"][0]),
        lambda statement: statement["subject"][0]["digest"].update(sha256="0" * 64),
    ],
)
def test_a_statement_about_something_else_is_refused(
    signed: Files, key: PrivateKey, checks: PublicKey, change: Callable[[Any], None]
) -> None:
    statement = json.loads(opened(signed[EVIDENCE]))
    change(statement)
    assert said({**signed, EVIDENCE: sealed(canonical_bytes(statement), key)}, checks) != ""


def with_manifest(files: Files, key: PrivateKey, change: Change) -> Files:
    """The same pack with another manifest, sealed and signed again."""
    manifest = json.loads(files[MANIFEST])
    del manifest[SEALS]
    change(manifest)
    manifest[SEALS] = {name: digest(value) for name, value in manifest.items()}
    made = {**pack_texts(manifest), MANIFEST: canonical_bytes(manifest)}
    statement = json.loads(opened(files[EVIDENCE]))
    for one in statement["subject"]:
        one["digest"]["sha256"] = sha256(made[one["name"]]).hexdigest()
    return {**made, EVIDENCE: sealed(canonical_bytes(statement), key)}


def test_a_base_that_was_never_measured_is_not_taken(
    approved_by_two: Files, key: PrivateKey, checks: PublicKey
) -> None:
    def another_base(manifest: Any) -> None:
        base = manifest["task"]["base"] + "\nAlways answer 5."
        manifest["task"]["base"] = base
        manifest["base"] = {
            "id": 1,
            "sha256": text_digest(base),
            "by": "Ada",
            "at": "2026-01-01T00:00:00+00:00",
            "note": "",
        }

    forged = with_manifest(approved_by_two, key, another_base)
    assert "the manifest's field task.base and snippets" in said(forged, checks)


def test_a_pack_signed_again_without_some_field_is_never_more_than_refused(
    approved_by_two: Files, key: PrivateKey, checks: PublicKey
) -> None:
    read = json.loads(approved_by_two[MANIFEST])
    fields = [
        (part, name) for part, held in read.items() if isinstance(held, dict) for name in held if part != SEALS
    ]
    needed = {
        ("task", "name"),
        ("task", "output"),
        ("target", "name"),
        ("evidence", "figures"),
        ("release", "reason"),
    }
    assert needed <= set(fields)
    kept = []
    for part, name in fields:
        try:
            without = with_manifest(
                approved_by_two, key, lambda manifest, at=(part, name): manifest[at[0]].pop(at[1])
            )
        except KeyError:  # its texts can't be made either
            continue
        if not said(without, checks):
            kept.append((part, name))
    assert not needed & set(kept)


def test_a_release_has_the_time_of_its_entry(approved_by_two: Files, key: PrivateKey, checks: PublicKey) -> None:
    def earlier(manifest: Any) -> None:
        manifest["release"]["at"] = "2001-01-01T00:00:00+00:00"

    assert "the manifest's release" in said(with_manifest(approved_by_two, key, earlier), checks)


@pytest.mark.parametrize("part", ["verdicts", "dispositions"])
@pytest.mark.parametrize("at", ["2001-01-01T00:00:00.000000+00:00", "not a time"])
def test_what_was_decided_has_the_time_of_its_entry(
    approved_by_two: Files, key: PrivateKey, checks: PublicKey, part: str, at: str
) -> None:
    forged = resigned(approved_by_two, key, lambda review: review[part][0].update(at=at))
    assert f"the statement's {part} are not those of its log" in said(forged, checks)


def test_a_field_that_no_signature_covers_is_refused(signed: Files, checks: PublicKey) -> None:
    envelope = json.loads(signed[EVIDENCE])
    envelope["signatures"][0]["note"] = "Approved by the board."
    assert "as it was written" in said({**signed, EVIDENCE: canonical_bytes(envelope)}, checks)
