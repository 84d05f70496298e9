"""A secret that was read is masked wherever it is repeated, in any form in which it goes out."""

from __future__ import annotations

import json
import pickle
from base64 import b64encode
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.errors import Refused
from library.secrets import MASK, PLACEHOLDERS, know, masked

KEY = know('sk-4f/8+"é 1a2b3c')


@pytest.mark.parametrize(
    "form", [KEY, quote(KEY, safe=""), json.dumps(KEY)[1:-1], f"Bearer {KEY}", f"?key={KEY}&a=1"]
)
def test_it_is_masked_in_each_of_its_forms(form: str) -> None:
    found = masked(f"no such key: {form}.")
    assert MASK in found
    assert not any(part in found for part in ("sk-4f", "1a2b3c"))


@pytest.mark.parametrize("name", ["", "u", "me", "pk-lf-1", "someone@example.org"])
def test_it_is_masked_in_a_header_of_a_name_and_a_password(name: str) -> None:
    sent = b64encode(f"{name}:{KEY}".encode()).decode()
    found = masked(f"no such user: Basic {sent}")
    assert found.count(MASK) == 1
    assert len(found) < len(f"no such user: Basic {MASK}") + len(b64encode(f"{name}:".encode())) + 4


@given(st.text())
def test_it_stands_in_no_refusal(text: str) -> None:
    refusal = Refused(f"{text}{KEY}", where=KEY, fix=f"{KEY}{text}", problems=[KEY])
    for one in (refusal, pickle.loads(pickle.dumps(refusal))):
        assert KEY not in "".join([str(one), repr(one), one.what, one.where, one.fix, *one.problems])


def test_a_text_without_it_stays_as_it_is() -> None:
    assert masked("sk-4f and 1a2b3c") == "sk-4f and 1a2b3c"


@pytest.mark.parametrize("value", ["", "abc", " 12345 ", *sorted(PLACEHOLDERS)])
def test_what_is_no_secret_masks_nothing(value: str) -> None:
    assert know(value) == value
    assert masked(f"a {value} b") == f"a {value} b"
