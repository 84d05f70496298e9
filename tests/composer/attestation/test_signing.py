"""Signing: what is signed here is opened by another library of DSSE, and what that one seals is opened here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError

from composer.attestation.envelope import PAYLOAD_TYPE, opened
from composer.attestation.keys import PublicKey, new_pair
from composer.attestation.signing import PrivateKey, private_key, sealed
from library.errors import Refused


@pytest.mark.parametrize("payload", [b"", b"a", '{"text":"é\\n"}'.encode(), bytes(range(256))])
def test_another_library_opens_what_is_sealed(key: PrivateKey, payload: bytes) -> None:
    envelope = Envelope.from_dict(json.loads(sealed(payload, key)))
    assert envelope.payload == payload
    assert list(envelope.verify([key.public_key], threshold=1)) == [key.public_key.keyid]


def test_what_another_library_refuses_is_refused(key: PrivateKey, checks: PublicKey, tmp_path: Path) -> None:
    other = private_key(new_pair(tmp_path)[0])
    read = json.loads(sealed(b"a", other))
    read["signatures"][0]["keyid"] = checks.keyid  # under the right name, by the wrong key
    with pytest.raises(VerificationError):
        Envelope.from_dict(json.loads(json.dumps(read))).verify([key.public_key], threshold=1)
    with pytest.raises(Refused, match="not that of this key"):
        opened(json.dumps(read, sort_keys=True, separators=(",", ":")).encode(), checks)


def test_a_right_signature_under_the_name_of_another_key_is_refused(key: PrivateKey, checks: PublicKey) -> None:
    read = json.loads(sealed(b"a", key))
    read["signatures"][0]["keyid"] = "0" * 64
    with pytest.raises(Refused, match="not that of this key"):
        opened(json.dumps(read, sort_keys=True, separators=(",", ":")).encode(), checks)


def test_the_type_is_signed_too(key: PrivateKey, checks: PublicKey) -> None:
    envelope = Envelope(b"a", "text/plain", {})
    envelope.sign(key)
    content = envelope.to_dict() | {"payloadType": PAYLOAD_TYPE}
    with pytest.raises(Refused, match="not that of this key"):
        opened(json.dumps(content, sort_keys=True, separators=(",", ":")).encode(), checks)
