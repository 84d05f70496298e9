"""`--cluster`: what a command asks goes through the cluster that it names, and that ends with the command."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from composer.cli import app
from composer.home.paths import CLUSTER_VARIABLE
from library.database import open_database
from tests import small


@pytest.mark.parametrize("before", [None, "tcp://127.0.0.1:1"])
def test_a_command_asks_through_the_cluster_it_names_and_leaves_the_setting_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    monkeypatch.delenv(CLUSTER_VARIABLE, raising=False)
    if before is not None:
        monkeypatch.setenv(CLUSTER_VARIABLE, before)
    small.fill(open_database(tmp_path), tmp_path)
    arguments = ["compose", "small", "--target", "tiny", "--home", str(tmp_path), "--cluster", "nonsense://here"]
    found = CliRunner().invoke(app, arguments)
    assert found.exit_code == 1
    assert "no Dask scheduler answers" in " ".join(found.stderr.split())
    assert "nonsense://here" in found.stderr
    assert os.environ.get(CLUSTER_VARIABLE) == before
