"""Packs that are signed: of a home where one person does all, and of one that people sign in to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from composer.attestation.envelope import opened
from composer.attestation.keys import PublicKey, new_pair, public_key
from composer.attestation.signing import PrivateKey, private_key, sealed
from composer.release.pack import export_release
from composer.release.verification import EVIDENCE, faults_in
from library.canonical import canonical_bytes
from library.database import Database
from tests import small
from tests.composer.review import acts

Files = dict[str, bytes]
Change = Callable[[Any], None]


@pytest.fixture(scope="session")
def _pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return new_pair(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def key(_pair: tuple[Path, Path]) -> PrivateKey:
    return private_key(_pair[0])


@pytest.fixture
def checks(_pair: tuple[Path, Path]) -> PublicKey:
    return public_key(_pair[1])


def exported(database: Database, folder: Path, key: PrivateKey) -> Files:
    """The files of the signed pack of what is released for small on tiny."""
    with database.session() as session:
        export_release(session, "small", "tiny", folder, by="Ada", at=small.NOW, key=key)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def signed(released: Database, tmp_path: Path, key: PrivateKey) -> Files:
    """The files of a pack that is signed, as the one local person released it."""
    return exported(released, tmp_path / "signed", key)


@pytest.fixture
def approved_by_two(put_up: acts.PutUp, tmp_path: Path, key: PrivateKey) -> Files:
    """The files of a signed pack of high risk, with two regressions: two approved it, and a third released it."""
    database = put_up(worse=True, risk="high")
    acts.dispose(database)
    acts.approve(database, "Grace", "Joan")
    acts.released(database)
    return exported(database, tmp_path / "by-two", key)


def resigned(files: Mapping[str, bytes], key: PrivateKey, change: Change) -> Files:
    """The same files with another statement, signed by the same key: what `change` makes of its predicate."""
    statement = json.loads(opened(files[EVIDENCE]))
    change(statement["predicate"])
    return {**files, EVIDENCE: sealed(canonical_bytes(statement), key)}


def said(files: Mapping[str, bytes], key: PublicKey) -> str:
    """What verifying says of files, as one text."""
    return "\n".join(faults_in(files, key))
