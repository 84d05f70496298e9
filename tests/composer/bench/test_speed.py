"""`composer bench speed`: commands timed as processes on made-up inputs, beside another installation by turns."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from sqlmodel import Session
from typer.testing import CliRunner

from composer.bench import speed, speed_compare
from composer.bench.speed import HERE, Installation, installation_at, measure_speed
from composer.bench.speed_inputs import Inputs, Sizes, chained_snippets, many_snippets
from composer.cli.bench import app
from library.database import Database
from library.errors import Refused
from library.importing import import_file
from tests.conftest import NOW


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.session() as session:
        yield session


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    """A folder without a home or a pack, which asking for help needs neither of."""
    return Inputs(tmp_path)


def test_snippets_without_ties_can_all_be_imported(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "many.yaml"
    file.write_text(many_snippets(30), encoding="utf-8")
    assert len(import_file(session, file, by="Ada", at=NOW).added) == 30


def test_a_chain_is_refused_for_what_it_requires(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "chain.yaml"
    file.write_text(chained_snippets(60), encoding="utf-8")
    with pytest.raises(Refused, match="requires"):
        import_file(session, file, by="Ada", at=NOW)


def test_the_files_are_of_the_size_that_is_stated() -> None:
    assert len(yaml.load(chained_snippets(Sizes.chained), yaml.CSafeLoader)["snippets"]) == 5000
    assert 1_900_000 < len(many_snippets(Sizes.imported)) < 2_100_000


def test_examples_compared_are_each_rated_differently() -> None:
    rows = speed_compare.run(20).rows
    assert len({row.gold for row in rows}) == 20


def test_two_installations_are_timed_on_the_same_inputs(inputs: Inputs) -> None:
    found = measure_speed(inputs, ["help_s"], against=HERE, repetitions=1)
    assert list(found.as_json()) == ["help_s", "against", "ratio"]
    assert found.against is not None
    # Once each: on a busy machine they may differ much.
    assert found.ratio == {"help_s": pytest.approx(found.here["help_s"] / found.against["help_s"])}


def test_each_installation_has_its_own_copy_of_a_home(inputs: Inputs) -> None:
    inputs.home.mkdir()
    (inputs.home / "composer.db").write_bytes(b"a database")
    other = inputs.copied("other")
    assert other.home != inputs.home
    assert (other.home / "composer.db").read_bytes() == b"a database"
    assert other.pack == inputs.pack


def test_each_process_is_counted_once(inputs: Inputs) -> None:
    done: list[None] = []
    measure_speed(inputs, ["help_s"], repetitions=2, on_done=lambda: done.append(None))
    assert len(done) == 2


def test_a_command_that_fails_is_no_figure(inputs: Inputs) -> None:
    with pytest.raises(Refused, match="composer verify ended with status 1"):
        measure_speed(inputs, ["verify_s"], repetitions=1)


def test_what_is_not_measured_is_refused(inputs: Inputs) -> None:
    with pytest.raises(Refused, match="nothing measured is called pages"):
        measure_speed(inputs, ["pages"])
    with pytest.raises(Refused, match="no median"):
        measure_speed(inputs, ["help_s"], repetitions=0)


def test_an_installation_is_named_by_its_python_or_its_folder(tmp_path: Path) -> None:
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    assert installation_at(tmp_path) == installation_at(python.parent) == installation_at(python)
    assert installation_at(tmp_path) == Installation(python)
    with pytest.raises(Refused, match="there is no Python"):
        installation_at(tmp_path / "elsewhere")


def test_no_other_code_or_home_is_measured_than_the_one_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in speed.DROPPED:
        monkeypatch.setenv(name, "elsewhere")
    assert not set(speed.DROPPED) & set(Installation(Path(sys.executable)).environment)
    assert HERE.environment["PYTHONPATH"] == str(speed.ROOT)


def test_a_made_up_home_and_pack_are_fit_to_be_measured_on() -> None:
    names = ["inbox_s", "library_list_s", "verify_s", "requires_5000_s"]
    result = CliRunner().invoke(app, ["speed", "--only", ",".join(names), "--repetitions", "1", "--json"])
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert list(figures) == names
    assert all(seconds > 0 for seconds in figures.values())
