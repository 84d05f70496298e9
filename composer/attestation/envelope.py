"""DSSE envelopes (Dead Simple Signing Envelope 1.0): a payload with one signature.

There is one way to write each envelope, its canonical JSON, and no other is taken: in any other JSON, and in the
spare bits of base64, a byte could change and nobody would see it.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass

from rfc8785 import CanonicalizationError

from composer.attestation.keys import PublicKey
from library.canonical import canonical_bytes
from library.errors import Refused

PAYLOAD_TYPE = "application/vnd.in-toto+json"


@dataclass(frozen=True)
class _Envelope:
    payload: bytes
    payload_type: str
    keyid: str
    signature: bytes

    @property
    def written(self) -> bytes:
        """The one way in which it is written."""
        signature = {"keyid": self.keyid, "sig": b64encode(self.signature).decode()}
        payload = b64encode(self.payload).decode()
        return canonical_bytes({"payload": payload, "payloadType": self.payload_type, "signatures": [signature]})

    @property
    def signed(self) -> bytes:
        """What the signature is of: type and payload, each behind its length."""
        kind = self.payload_type.encode()
        return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(self.payload), self.payload)


def opened(content: bytes, key: PublicKey | None = None) -> bytes:
    """Return the payload of an envelope; with a key, only if that key signed it.

    Raises `Refused` where it is none, isn't written as `composer.attestation.signing.sealed` writes it, or isn't
    signed by that key.
    """
    try:
        read = json.loads(content)
        signature = read["signatures"][0]
        envelope = _Envelope(
            b64decode(read["payload"], validate=True),
            read["payloadType"],
            signature["keyid"],
            b64decode(signature["sig"], validate=True),
        )
        again = envelope.written
    except (ValueError, LookupError, TypeError, RecursionError, CanonicalizationError) as error:
        raise Refused("this is no signed envelope") from error
    if again != content or envelope.payload_type != PAYLOAD_TYPE:
        raise Refused("this is no signed envelope as it was written")
    if key is not None and not (envelope.keyid == key.keyid and key.signed(envelope.signature, envelope.signed)):
        raise Refused("the signature is not that of this key", fix="Ask who exported it for theirs.")
    return envelope.payload
