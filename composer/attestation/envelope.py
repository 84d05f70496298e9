"""DSSE envelopes (Dead Simple Signing Envelope 1.0), by securesystemslib: a payload with one signature.

There is one way to write each envelope, its canonical JSON, and no other is taken: in any other JSON, and in the
spare bits of base64, a byte could change and nobody would see it.
"""

from __future__ import annotations

import json
from typing import Any

from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import FormatError, VerificationError

from composer.attestation.keys import PrivateKey, PublicKey
from library.canonical import canonical_bytes
from library.errors import Refused

PAYLOAD_TYPE = "application/vnd.in-toto+json"


def sealed(payload: bytes, key: PrivateKey) -> bytes:
    """Return a payload in an envelope that is signed with a key, as bytes to be stored."""
    envelope = Envelope(payload, PAYLOAD_TYPE, {})
    envelope.sign(key)
    return canonical_bytes(envelope.to_dict())


def opened(content: bytes, key: PublicKey | None = None) -> bytes:
    """Return the payload of an envelope; with a key, only if that key signed it.

    Raises `Refused` where it is none, isn't written as `sealed` writes it, or isn't signed by that key.
    """
    try:
        read: dict[str, Any] = json.loads(content)
        envelope = Envelope.from_dict(read)  # which empties what it is given
        again = canonical_bytes(envelope.to_dict())
    except (ValueError, KeyError, TypeError, AttributeError, FormatError, RecursionError) as error:
        raise Refused("this is no signed envelope") from error
    plain = not any(one.unrecognized_fields for one in envelope.signatures.values())  # no signature covers those
    if again != content or envelope.payload_type != PAYLOAD_TYPE or len(envelope.signatures) != 1 or not plain:
        raise Refused("this is no signed envelope as it was written")
    if key is not None:
        try:
            envelope.verify([key], threshold=1)
        except VerificationError as error:
            raise Refused(
                "the signature is not that of this key", fix="Ask who exported it for theirs."
            ) from error
    payload: bytes = envelope.payload
    return payload
