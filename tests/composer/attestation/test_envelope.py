"""Envelopes: what was sealed is opened again by the key that belongs to it, and every changed byte shows."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from composer.attestation.envelope import opened
from composer.attestation.keys import PublicKey, new_pair, public_key
from composer.attestation.signing import PrivateKey, sealed
from library.errors import Refused


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(payload=st.binary(max_size=200))
def test_what_was_sealed_is_opened(key: PrivateKey, checks: PublicKey, payload: bytes) -> None:
    assert opened(sealed(payload, key), checks) == payload


@pytest.mark.parametrize("payload", [b"", b"a", b"ab", b"abc", b'{"text":"\\u00e9"}'])
def test_any_bit_that_flips_is_seen(key: PrivateKey, checks: PublicKey, payload: bytes) -> None:
    whole = sealed(payload, key)
    for place in range(len(whole)):
        for bit in range(8):
            flipped = bytearray(whole)
            flipped[place] ^= 1 << bit
            with pytest.raises(Refused):
                opened(bytes(flipped), checks)


def test_another_key_opens_nothing(key: PrivateKey, tmp_path: Path) -> None:
    _, other = new_pair(tmp_path)
    with pytest.raises(Refused, match="the signature is not that of this key"):
        opened(sealed(b"a", key), public_key(other))


def test_without_a_key_it_is_opened_and_nothing_said_of_who_signed(key: PrivateKey) -> None:
    assert opened(sealed(b"a", key)) == b"a"


def test_a_second_signature_is_refused(key: PrivateKey, checks: PublicKey) -> None:
    read = json.loads(sealed(b"a", key))
    read["signatures"].append({"keyid": "other", "sig": read["signatures"][0]["sig"]})
    with pytest.raises(Refused):
        opened(json.dumps(read, sort_keys=True, separators=(",", ":")).encode(), checks)


def test_the_same_json_laid_out_otherwise_is_refused(key: PrivateKey, checks: PublicKey) -> None:
    with pytest.raises(Refused, match="as it was written"):
        opened(json.dumps(json.loads(sealed(b"a", key)), indent=1).encode(), checks)


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"null", b"{}", b"\xff", b'{"payload":"!","payloadType":"x","signatures":[]}', b"[" * 100_000],
)
def test_what_is_no_envelope_is_refused(content: bytes, checks: PublicKey) -> None:
    with pytest.raises(Refused, match="no signed envelope"):
        opened(content, checks)


def test_a_payload_of_another_type_is_refused(key: PrivateKey, checks: PublicKey) -> None:
    read = json.loads(sealed(b"a", key))
    read["payloadType"] = "text/plain"
    again = json.dumps(read, sort_keys=True, separators=(",", ":")).encode()
    with pytest.raises(Refused):
        opened(again, checks)
    assert base64.b64decode(read["payload"]) == b"a"
