"""No pickle is ever read: none of our code can, and nothing does in a search or where files are read."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from composer.data.readers import read_table
from library.errors import Refused
from tests.test_structure import ROOT, SOURCES, named

READERS = {
    "pickle",
    "_pickle",
    "cPickle",
    "dill",
    "cloudpickle",
    "joblib",
    "shelve",
    "marshal",
    "diskcache",
    "torch",
}
"""Packages that make anything of a file, code that runs included."""
CALLS = {"read_pickle", "to_pickle", "configure_cache", "unsafe_load", "full_load", "load_all"}
MARKER = "pickle was read"
RUN = """
import sys
from pathlib import Path

read = []
sys.addaudithook(lambda event, given: read.append(given) if event == "pickle.find_class" else None)

from composer.home.paths import Home
from library.database import open_database
from tests import small

folder = Path(sys.argv[1])
home = Home(folder / "home")
database = open_database(home.path)
small.fill(database, folder)
for strategy in ("effects", "gepa", "mipro"):
    small.run(database, home, small.enter(database, budget=100, strategy=strategy), small.engine())
database.close()
print(read, small.stored_cells(open_database(home.path)))
"""


@cache
def calls(file: Path) -> list[tuple[str, ast.Call]]:
    found = [one for one in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(one, ast.Call)]
    return [(ast.unparse(one.func), one) for one in found if isinstance(one.func, ast.Name | ast.Attribute)]


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name.partition(".")[0] for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def test_no_code_of_ours_imports_what_reads_a_pickle() -> None:
    assert {named(file): one for file in SOURCES for one in imported(file) if one in READERS} == {}


def test_no_code_of_ours_calls_what_reads_a_pickle_or_makes_any_object_of_yaml() -> None:
    found = []
    for file in SOURCES:
        for name, call in calls(file):
            last = name.rpartition(".")[2]
            allowed = {one.arg: ast.unparse(one.value) for one in call.keywords}
            if (
                last in CALLS
                or name in ("np.load", "numpy.load", "yaml.load", "eval", "exec")
                or allowed.get("allow_pickle", "False") != "False"
            ):
                found.append(f"{named(file)}:{call.lineno} {name}")
    assert found == []


def test_every_language_model_is_made_with_the_cache_off_that_dspy_reads_by_pickle() -> None:
    made = [call for file in SOURCES for name, call in calls(file) if name in ("dspy.LM", "LM")]
    assert len(made) > 2
    for call in made:
        assert {one.arg: ast.unparse(one.value) for one in call.keywords}["cache"] == "False"


def test_searches_of_every_kind_read_no_pickle_and_leave_dspys_cache_alone(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    environment = {**os.environ, "DSPY_CACHEDIR": str(cache), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", RUN, str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    read, _, cells = done.stdout.strip().rpartition(" ")
    assert read == "[]"
    assert int(cells) > 100
    assert not cache.exists()


class _Marked:
    def __reduce__(self) -> tuple[object, ...]:
        return print, (MARKER,)


def test_no_pickle_in_a_data_file_is_read(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    import pickle

    planted = pickle.dumps(_Marked())
    field = pa.field(
        "text",
        pa.string(),
        metadata={"ARROW:extension:name": "arrow.py_extension_type", "ARROW:extension:metadata": planted},
    )
    schema = pa.schema([field], metadata={"pandas": planted, "huggingface": planted})
    parquet.write_table(pa.table([["a"]], schema=schema), tmp_path / "in.parquet")
    assert [dict(row) for _, row in read_table(tmp_path / "in.parquet").rows] == [{"text": "a"}]
    for name in ("in.pkl", "in.npy", "in.joblib", "in.pt"):
        (tmp_path / name).write_bytes(planted)
        with pytest.raises(Refused, match="no kind of table is known by this name"):
            read_table(tmp_path / name)
    for name in ("in.json", "in.csv", "in.parquet", "in.arrow", "in.xlsx", "in.zip"):
        (tmp_path / name).write_bytes(planted)
        with pytest.raises(Refused):
            read_table(tmp_path / name)
    assert MARKER not in capfd.readouterr().out
    pickle.loads(planted)
    assert MARKER in capfd.readouterr().out
