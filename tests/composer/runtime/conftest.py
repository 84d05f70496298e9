"""A pack that is signed, and the keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer.attestation.keys import new_pair
from composer.attestation.signing import private_key
from composer.release.pack import export_release
from library.database import Database
from tests import small


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    """The files of a private and a public key."""
    return new_pair(tmp_path / "keys")


@pytest.fixture
def signed(released: Database, keys: tuple[Path, Path], tmp_path: Path) -> Path:
    """The folder of a pack that is signed."""
    key = private_key(keys[0])
    with released.session() as session:
        export_release(session, "small", "tiny", tmp_path / "signed", by="Ada", at=small.NOW, key=key)
    return tmp_path / "signed"
