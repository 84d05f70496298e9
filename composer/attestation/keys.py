"""The keys that evidence packs are signed and checked with: Ed25519, each a PEM file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_public_key,
)

from library.atomic import in_place, write_file
from library.canonical import digest
from library.disk import unwritable
from library.errors import Refused

PRIVATE, PUBLIC = "composer.key", "composer.pub"


@dataclass(frozen=True)
class PublicKey:
    """A public key, by its 32 bytes."""

    raw: bytes

    @property
    def keyid(self) -> str:
        """What tells keys apart, as securesystemslib has it: the hash of its description, in hex."""
        return digest({"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": self.raw.hex()}})

    def signed(self, signature: bytes, data: bytes) -> bool:
        """Whether a signature is of these data, by the private key that belongs to this one."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, data)
        except InvalidSignature:
            return False
        return True


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
        with in_place(private, mode=0o600) as part:
            part.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            # The public one first: where it can't be written, no private one is left that would be in the way.
            shown = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            write_file(public, shown)
    except OSError as error:
        public.unlink(missing_ok=True)
        raise unwritable("the pair of keys", folder, error) from error
    return private, public


def public_key(path: Path) -> PublicKey:
    """Return the public key in a file; raises `Refused` where it holds none."""
    fix = f"Name the {PUBLIC} of whoever signed."
    try:
        key = load_pem_public_key(key_text(path, fix))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Refused("this is no public key", where=str(path), fix=fix) from error
    if not isinstance(key, Ed25519PublicKey):
        raise Refused("this public key is not an Ed25519 key", where=str(path), fix=fix)
    return PublicKey(key.public_bytes_raw())


def key_text(path: Path, fix: str) -> bytes:
    """Return what the file of a key holds; raises `Refused`, which says the fix, where it can't be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"the key can't be read: {error.strerror}", where=str(path), fix=fix) from error
