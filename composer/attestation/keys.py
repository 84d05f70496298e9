"""The keys that evidence packs are signed and checked with: Ed25519, each a PEM file."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from securesystemslib.signer import CryptoSigner, SSlibKey  # type: ignore[attr-defined]

from library.errors import Refused

PrivateKey = CryptoSigner
PublicKey = SSlibKey
PRIVATE, PUBLIC = "composer.key", "composer.pub"


def new_pair(folder: Path) -> tuple[Path, Path]:
    """Make a new pair of keys in a folder, and return the files of the private and the public one.

    Only their owner can read the private one. Raises `Refused` where either is there already: a key that is lost
    can't be had again.
    """
    private, public = folder / PRIVATE, folder / PUBLIC
    for one in (private, public):
        if one.exists():
            raise Refused(f"{one.name} is there already", where=str(folder), fix="Choose another folder.")
    key = Ed25519PrivateKey.generate()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with os.fdopen(os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secret)
        shown = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        public.write_bytes(shown)
    except OSError as error:
        raise Refused(f"the keys can't be written: {error.strerror}", where=str(folder)) from error
    return private, public


def private_key(path: Path) -> PrivateKey:
    """Return the private key in a file; raises `Refused` where it holds none that signs."""
    fix = f"Make one with `composer keys new`, and name its {PRIVATE}."
    try:
        key = load_pem_private_key(_read(path, fix), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Refused("this is no private key", where=str(path), fix=fix) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Refused("this private key is not an Ed25519 key", where=str(path), fix=fix)
    return CryptoSigner(key)


def public_key(path: Path) -> PublicKey:
    """Return the public key in a file; raises `Refused` where it holds none."""
    fix = f"Name the {PUBLIC} of whoever signed."
    try:
        key = load_pem_public_key(_read(path, fix))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Refused("this is no public key", where=str(path), fix=fix) from error
    if not isinstance(key, Ed25519PublicKey):
        raise Refused("this public key is not an Ed25519 key", where=str(path), fix=fix)
    return SSlibKey.from_crypto(key)


def _read(path: Path, fix: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"the key can't be read: {error.strerror}", where=str(path), fix=fix) from error
