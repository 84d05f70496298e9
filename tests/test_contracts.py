"""What may import what: each contract finds a bad import, nothing is circular, and private names stay private."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[1]
TOPS = ("library", "composer", "ui")
LINT = "from importlinter.cli import lint_imports_command as main; main(['--no-logo', '--no-cache'])"
BAD = {
    "ui -> composer -> library": ("library/errors.py", "import composer.tables"),
    "the search knows neither database nor model nor pages": ("composer/search/moves.py", "import dspy"),
    "the library knows neither DSPy nor Streamlit": ("library/roles.py", "import streamlit"),
    "pages hold no SQL and no statistics": ("ui/views/inbox.py", "import sqlmodel"),
    "what rewrites a prompt freely is reached by mining alone": (
        "composer/runs/worker.py",
        "import composer.optimizer.rewriting",
    ),
    "inside composer, imports run down": ("composer/review/status.py", "import composer.cli.common"),
    "inside ui, imports run down": ("ui/shell/page.py", "import ui.views.inbox"),
    "tasks, data, prompts and evaluation know neither database nor model": (
        "composer/evaluation/gates.py",
        "import composer.tables",
    ),
}
"""A contract's name, and an import that it forbids, in this file."""


def broken(folder: Path) -> set[str]:
    """Return the contracts that import-linter finds broken in this copy of the repository."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", LINT], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    found = dict(re.findall(r"^(.+) (KEPT|BROKEN)$", done.stdout, re.MULTILINE))
    assert found.keys() == BAD.keys(), done.stdout + done.stderr
    names = {name for name, state in found.items() if state == "BROKEN"}
    assert done.returncode == bool(names)
    return names


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what import-linter reads."""
    folder = tmp_path_factory.mktemp("copy")
    for top in TOPS:
        shutil.copytree(ROOT / top, folder / top, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.mark.parametrize("name", BAD)
def test_a_contract_is_broken_by_one_bad_import(copy: Path, name: str) -> None:
    file = copy / BAD[name][0]
    before = file.read_text(encoding="utf-8")
    file.write_text(f"{before}\n{BAD[name][1]}\n", encoding="utf-8")
    try:
        assert name in broken(copy)
    finally:
        file.write_text(before, encoding="utf-8")


def test_without_a_bad_import_every_contract_is_kept(copy: Path) -> None:
    assert broken(copy) == set()


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = grimp.build_graph(*TOPS, cache_dir=None)
    TopologicalSorter({name: graph.find_modules_directly_imported_by(name) for name in graph.modules}).prepare()


def private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def private_uses(file: Path) -> Iterator[str]:
    """Give each private name that this file takes from a module of the product."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    place = file.relative_to(ROOT)
    imported: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in TOPS:
            imported |= {each.asname or each.name for each in node.names}
            yield from (f"{place}: {node.module}.{each.name}" for each in node.names if private(each.name))
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in imported and private(attribute):
                yield f"{place}: {name}.{attribute}"


def test_no_module_takes_a_private_name_of_another() -> None:
    files = [file for top in TOPS for file in sorted((ROOT / top).rglob("*.py"))]
    assert [use for file in files for use in private_uses(file)] == []
