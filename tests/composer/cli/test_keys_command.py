"""`composer keys`, and a pack that is signed and verified with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from composer.cli import app
from library.database import Database
from tests.composer.cli.conftest import Run


def verified(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["verify", *arguments])
    return done.exit_code, done.stdout + done.stderr


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A folder of a new pair of keys."""
    made = CliRunner().invoke(app, ["keys", "new", "--out", str(tmp_path / "keys")])
    assert made.exit_code == 0, made.output
    assert "keep it secret" in made.stdout
    return tmp_path / "keys"


def test_a_pack_is_signed_and_verified(released: Database, run: Run, keys: Path, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    done = run("export", "small", "--target", "tiny", "--out", str(pack), "--sign", str(keys / "composer.key"))
    assert "evidence.dsse.json" in done.stdout
    assert "composer verify" in done.stdout
    status, said = verified(str(pack), "--key", str(keys / "composer.pub"))
    assert status == 0
    assert said.splitlines()[0] == "✓ the pack is intact"
    assert "✓ signed by key" in said
    assert "✓ approved as its task's policy asks" in said


def test_without_a_key_it_is_said_that_the_signer_was_not_checked(
    released: Database, run: Run, keys: Path, tmp_path: Path
) -> None:
    pack = tmp_path / "pack"
    run("export", "small", "--target", "tiny", "--out", str(pack), "--sign", str(keys / "composer.key"))
    status, said = verified(str(pack))
    assert status == 0
    assert "who signed it was not checked" in said


def test_what_is_off_in_the_evidence_is_named(released: Database, run: Run, keys: Path, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    run("export", "small", "--target", "tiny", "--out", str(pack), "--sign", str(keys / "composer.key"))
    (pack / "evidence.dsse.json").write_bytes((pack / "evidence.dsse.json").read_bytes()[:-1])
    status, said = verified(str(pack), "--key", str(keys / "composer.pub"))
    assert (status, said) == (1, "✗ evidence.dsse.json: this is no signed envelope\n")


def test_the_private_key_is_refused_where_the_public_one_is_asked_for(
    released: Database, run: Run, keys: Path, tmp_path: Path
) -> None:
    run("export", "small", "--target", "tiny", "--out", str(tmp_path / "pack"))
    status, said = verified(str(tmp_path / "pack"), "--key", str(keys / "composer.key"))
    assert status == 1
    assert "this is no public key" in said


def test_a_format_of_another_tool_is_not_signed(released: Database, run: Run, keys: Path, tmp_path: Path) -> None:
    arguments = ("--out", str(tmp_path / "out"), "--format", "prompt.txt", "--sign", str(keys / "composer.key"))
    refused = run("export", "small", "--target", "tiny", *arguments)
    assert refused.exit_code == 1
    assert "only a pack is signed" in refused.stderr
