"""Secrets of tokens: their form, what is stored of them, and that nothing else passes."""

from __future__ import annotations

import pytest

from library.token_secrets import BYTES, NotAccepted, is_of, name_in, new_secret, stored

SECRET = new_secret("ci-nightly", lambda count: bytes(range(count)))


def test_a_secret_names_its_token_and_holds_32_bytes_of_chance() -> None:
    assert SECRET.startswith("composer_ci-nightly_000102")
    assert name_in(f" {SECRET}\n") == "ci-nightly"
    assert len(bytes.fromhex(SECRET.rpartition("_")[2])) == BYTES == 32
    assert new_secret("a") != new_secret("a")


def test_what_is_stored_is_a_hash_that_only_the_secret_fits() -> None:
    assert SECRET.rpartition("_")[2] not in stored(SECRET)
    assert is_of(SECRET, stored(SECRET))
    assert not is_of(SECRET.replace("000102", "000103"), stored(SECRET))
    assert not is_of(SECRET, "")


@pytest.mark.parametrize(
    "text",
    ["", "x", SECRET[:-1], SECRET + "0", SECRET[1:], SECRET.upper(), SECRET.replace("-", "_"), "ghp_" + "0" * 64,
     SECRET.replace("ci", "cі"), SECRET[:20] + "\n" + SECRET[20:]],
)  # fmt: skip
def test_what_is_truncated_or_has_another_form_is_no_token_and_is_not_repeated(text: str) -> None:
    with pytest.raises(NotAccepted) as caught:
        name_in(text)
    assert len(text) < 2 or text not in str(caught.value)
