"""What each package offers: one sentence, names that exist, and nothing heavy imported for it."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = sorted(
    ".".join(file.parent.relative_to(ROOT).parts)
    for top in ("library", "composer", "ui")
    for file in (ROOT / top).rglob("__init__.py")
)
HEAVY = ("dspy", "scipy", "numpy", "pandas", "sqlalchemy", "sqlmodel", "streamlit", "optuna")


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_says_in_one_sentence_what_it_is_for(name: str) -> None:
    said = importlib.import_module(name).__doc__ or ""
    assert said.endswith(".")
    assert "\n" not in said


def test_every_name_a_package_offers_exists_and_is_no_module_of_it() -> None:
    missing, hidden = [], []
    for name in PACKAGES:
        package = importlib.import_module(name)
        modules = {file.stem for file in Path(str(package.__file__)).parent.glob("*.py")}
        offered = getattr(package, "__all__", ())
        missing += [f"{name}.{each}" for each in offered if not hasattr(package, each)]
        hidden += [f"{name}.{each}" for each in offered if each in modules and not name.startswith("ui")]
    assert not missing
    assert not hidden


def test_importing_every_package_of_the_core_imports_nothing_heavy() -> None:
    core = [name for name in PACKAGES if not name.startswith(("ui", "library.migrations", "composer.cli"))]
    code = f"import sys, json; [__import__(name) for name in {core}]; print(json.dumps(sorted(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not set(HEAVY) & set(json.loads(loaded.stdout))
