"""Approvals are counted again from the signed log, by the policy of the task that was measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from composer.attestation.keys import PublicKey, new_pair
from composer.attestation.signing import PrivateKey, private_key
from library.canonical import digest
from library.people import remove_person
from tests import small
from tests.composer.attestation.conftest import Files, exported, resigned, said
from tests.composer.review import acts


def without(review: Any, who: str, action: str) -> None:
    """Take out what somebody did, from the log as from what was given, and chain the log again."""
    review["log"] = [one for one in review["log"] if (one["who"], one["action"]) != (who, action)]
    review["verdicts"] = [one for one in review["verdicts"] if (one["reviewer"], one["kind"]) != (who, action)]
    left = [one for one in review["log"] if "examples" in one["detail"]]
    kept = {(one["who"], one["action"].removeprefix("regression: ")) for one in left}
    review["dispositions"] = [one for one in review["dispositions"] if (one["reviewer"], one["kind"]) in kept]
    chained_again(review["log"])


def chained_again(entries: Sequence[Any]) -> None:
    """Give entries the hashes that they would have if each followed the one before."""
    for before, entry in zip([None, *entries], entries, strict=False):
        if before is not None:
            entry["previous"] = before["hash"]
        entry["hash"] = digest({name: value for name, value in entry.items() if name != "hash"})


@pytest.mark.parametrize("who", ["Grace", "Joan"])
def test_one_approval_less_fails_although_all_is_written_and_signed_again(
    approved_by_two: Files, key: PrivateKey, checks: PublicKey, who: str
) -> None:
    forged = resigned(approved_by_two, key, lambda review: without(review, who, "approve"))
    assert "1 approval that the policy asks for is missing" in said(forged, checks)


def test_one_approval_less_fails_at_the_signature_where_it_is_not_signed_again(
    approved_by_two: Files, key: PrivateKey, checks: PublicKey, tmp_path: Path
) -> None:
    other = private_key(new_pair(tmp_path / "other")[0])
    forged = resigned(approved_by_two, other, lambda review: without(review, "Grace", "approve"))
    assert "the signature is not that of this key" in said(forged, checks)


def test_a_disposition_less_fails(approved_by_two: Files, key: PrivateKey, checks: PublicKey) -> None:
    forged = resigned(approved_by_two, key, lambda review: without(review, "Grace", "regression: acceptable"))
    assert "2 of the examples that got worse have no disposition, such as test-05" in said(forged, checks)


def test_who_was_no_reviewer_does_not_count(approved_by_two: Files, key: PrivateKey, checks: PublicKey) -> None:
    def demoted(review: Any) -> None:
        for one in review["log"]:
            if one["subject"] == "person:Joan":
                one["detail"]["roles"] = ["viewer"]
        chained_again(review["log"])

    forged = resigned(approved_by_two, key, demoted)
    assert "1 approval that the policy asks for is missing" in said(forged, checks)


def test_the_proposers_own_approval_does_not_count_at_high_risk(
    approved_by_two: Files, key: PrivateKey, checks: PublicKey
) -> None:
    def taken_over(review: Any) -> None:
        for one in review["log"]:
            if (one["who"], one["action"]) == ("Joan", "approve"):
                one["who"] = "Ada"
        next(one for one in review["verdicts"] if one["reviewer"] == "Joan")["reviewer"] = "Ada"
        chained_again(review["log"])

    forged = resigned(approved_by_two, key, taken_over)
    assert "1 approval that the policy asks for is missing" in said(forged, checks)


def test_a_request_for_changes_stands_against_it(
    approved_by_two: Files, key: PrivateKey, checks: PublicKey
) -> None:
    def turned(review: Any) -> None:
        for one in review["log"]:
            if (one["who"], one["action"]) == ("Joan", "approve"):
                one["action"] = "request changes"
        next(one for one in review["verdicts"] if one["reviewer"] == "Joan")["kind"] = "request changes"
        chained_again(review["log"])

    forged = resigned(approved_by_two, key, turned)
    assert "Joan was against it: changes requested" in said(forged, checks)


def test_who_released_it_had_to_be_a_releaser(approved_by_two: Files, key: PrivateKey, checks: PublicKey) -> None:
    def demoted(review: Any) -> None:
        for one in review["log"]:
            if one["subject"] == "person:Rosa":
                one["detail"]["roles"] = ["viewer"]
        chained_again(review["log"])

    assert "Rosa, who released it, was no releaser" in said(resigned(approved_by_two, key, demoted), checks)


def test_roles_that_were_lost_after_the_release_take_nothing_back(
    put_up: acts.PutUp, tmp_path: Path, key: PrivateKey, checks: PublicKey
) -> None:
    database = put_up()
    acts.approve(database, "Grace")
    acts.released(database)
    with database.session() as session:
        remove_person(session, "Grace", by="Max", at=small.NOW)
    assert said(exported(database, tmp_path / "later", key), checks) == ""


def test_a_dismissed_request_is_no_longer_in_the_way(
    put_up: acts.PutUp, tmp_path: Path, key: PrivateKey, checks: PublicKey
) -> None:
    database = put_up()
    acts.verdict(database, "request changes", "Joan")
    acts.dismissed(database, 1, "Max")
    acts.approve(database, "Grace")
    acts.released(database)
    assert said(exported(database, tmp_path / "dismissed", key), checks) == ""


def test_people_left_out_of_the_log_are_missed(approved_by_two: Files, key: PrivateKey, checks: PublicKey) -> None:
    def nobody(review: Any) -> None:
        review["log"] = [one for one in review["log"] if not one["subject"].startswith("person:")]

    assert "lacks the people who gave its verdicts" in said(resigned(approved_by_two, key, nobody), checks)


def test_a_detail_that_nobody_writes_is_a_fault_and_no_crash(
    approved_by_two: Files, key: PrivateKey, checks: PublicKey
) -> None:
    def odd(review: Any) -> None:
        for one in review["log"]:
            if one["subject"].startswith("person:"):
                one["detail"]["roles"] = 5
        chained_again(review["log"])

    assert "is not one that is written" in said(resigned(approved_by_two, key, odd), checks)


def test_who_rolled_back_to_it_had_to_be_a_releaser(
    approved_by_two: Files, key: PrivateKey, checks: PublicKey
) -> None:
    def rolled_back(review: Any) -> None:
        last = review["log"][-1]
        review["log"].append({**last, "who": "Vera", "action": "rolled back", "subject": "release:2"})
        chained_again(review["log"])

    assert "Vera, who released it, was no releaser" in said(resigned(approved_by_two, key, rolled_back), checks)
