"""Signing a pack, by securesystemslib: what only who exports needs, since its import takes a while."""

from __future__ import annotations

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from securesystemslib.dsse import Envelope
from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]

from composer.attestation.envelope import PAYLOAD_TYPE
from composer.attestation.keys import PRIVATE, key_text
from library.canonical import canonical_bytes
from library.errors import Refused
from library.secrets import open_to_others

PrivateKey = CryptoSigner


def private_key(path: Path) -> PrivateKey:
    """Return the private key in a file; raises `Refused` where it holds none that signs, or others can read it."""
    fix = f"Make one with `composer keys new`, and name its {PRIVATE}."
    try:
        key = load_pem_private_key(key_text(path, fix), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Refused("this is no private key", where=str(path), fix=fix) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Refused("this private key is not an Ed25519 key", where=str(path), fix=fix)
    if open_to_others(path):
        raise Refused(
            "others on this machine can read this private key, and sign as you do",
            where=str(path),
            fix=f"`chmod 600 {path}`, or make another with `composer keys new` where that may have happened.",
        )
    return CryptoSigner(key)


def sealed(payload: bytes, key: PrivateKey) -> bytes:
    """Return a payload in an envelope that is signed with a key, as bytes to be stored."""
    envelope = Envelope(payload, PAYLOAD_TYPE, {})
    envelope.sign(key)
    return canonical_bytes(envelope.to_dict())
