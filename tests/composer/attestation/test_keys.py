"""Keys: made once, readable by their owner alone, and refused with a clear word where a file holds none."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]

from composer.attestation.keys import new_pair, public_key
from composer.attestation.signing import private_key
from library.errors import Refused


def test_a_pair_belongs_together(tmp_path: Path) -> None:
    private, public = new_pair(tmp_path / "keys")
    theirs = private_key(private).public_key
    assert theirs == SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(public_key(public).raw))
    assert theirs.keyid == public_key(public).keyid


@pytest.mark.parametrize("signature", [b"", b"short", bytes(64)])
def test_what_is_no_signature_of_a_key_is_none(tmp_path: Path, signature: bytes) -> None:
    _, public = new_pair(tmp_path)
    assert not public_key(public).signed(signature, b"data")


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_only_their_owner_reads_the_private_one_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        private, _ = new_pair(tmp_path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(private.stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_private_key_that_others_can_read_signs_nothing(tmp_path: Path, mode: int) -> None:
    private, _ = new_pair(tmp_path)
    private.chmod(mode)
    with pytest.raises(Refused, match=f"others on this machine can read this private key.*chmod 600 {private}"):
        private_key(private)


@pytest.mark.parametrize("name", ["composer.key", "composer.pub"])
def test_a_key_that_is_there_is_never_written_over(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(Refused, match=f"{name} is there already"):
        new_pair(tmp_path)
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [(name, "mine")]


def test_each_key_is_refused_in_the_place_of_the_other(tmp_path: Path) -> None:
    private, public = new_pair(tmp_path)
    with pytest.raises(Refused, match="this is no private key"):
        private_key(public)
    with pytest.raises(Refused, match="this is no public key"):
        public_key(private)


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    other = generate_private_key(SECP256R1())
    private, public = tmp_path / "other.key", tmp_path / "other.pub"
    private.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(Refused, match="not an Ed25519 key"):
        private_key(private)
    with pytest.raises(Refused, match="not an Ed25519 key"):
        public_key(public)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"the key can't be read: .*none\.key"):
        private_key(tmp_path / "none.key")
