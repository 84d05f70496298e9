"""The shape of the code: modules and functions stay short, and each test file is found beside what it tests."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOPS = ("library", "composer", "ui")
# A migration that has been released is never edited.
SOURCES = [
    file for top in TOPS for file in sorted((ROOT / top).rglob("*.py")) if "migrations/versions" not in str(file)
]
MOST_LINES = 350
MOST_LINES_OF_A_FUNCTION = 60
ACROSS_MODULES = {
    "tests/test_contracts.py",
    "tests/test_contributing.py",
    "tests/test_dependencies.py",
    "tests/soak/test_fuzz.py",
    "tests/test_hostile_files.py",
    "tests/test_hostile_texts.py",
    "tests/test_no_pickle.py",
    "tests/test_public_faces.py",
    "tests/test_readme.py",
    "tests/test_run_behind_a_llama_cpp_server.py",
    "tests/test_run_on_a_real_model.py",
    "tests/test_upgrades.py",
    "tests/test_whatever_a_server_sends.py",
    "tests/test_structure.py",
    "tests/browser/test_adapt.py",
    "tests/browser/test_exports.py",
    "tests/browser/test_from_a_disagreement.py",
    "tests/browser/test_hosts.py",
    "tests/browser/test_own_prompts.py",
    "tests/browser/test_labelling.py",
    "tests/browser/test_library_kept.py",
    "tests/browser/test_models_and_drift.py",
    "tests/browser/test_review_by_several.py",
    "tests/browser/test_review_in_chromium.py",
    "tests/browser/test_signing_in.py",
    "tests/ui/test_no_secret_is_written.py",
    "tests/composer/candidates/test_older_homes.py",
    "tests/composer/cli/test_faults.py",
    "tests/composer/cli/test_own_task_commands.py",
    "tests/composer/cli/test_startup.py",
    "tests/composer/optimizer/test_mipro_and_gepa.py",
    "tests/composer/release/test_another_base.py",
    "tests/composer/release/test_merged_system_text.py",
    "tests/composer/review/test_no_way_around.py",
    "tests/composer/review/test_roles.py",
    "tests/composer/search/test_strategies.py",
    "tests/composer/test_tampering.py",
    "tests/composer/test_task_is_kept.py",
    "tests/soak/test_kills_of_acts.py",
    "tests/soak/test_kills_of_runs.py",
    "tests/soak/test_many_people_postgres.py",
    "tests/soak/test_many_people_sqlite.py",
    "tests/soak/test_kills_on_postgres.py",
    "tests/test_faults_in_short.py",
    "tests/ui/test_addresses.py",
    "tests/ui/test_faults.py",
    "tests/ui/test_hostile_pages.py",
}
"""Test files of what several modules do together; every other one is named after one module or package."""


def named(file: Path) -> str:
    return str(file.relative_to(ROOT))


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_module_is_long() -> None:
    lines = {named(file): len(file.read_text(encoding="utf-8").splitlines()) for file in SOURCES}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def test_no_function_is_long() -> None:
    lines = {
        f"{named(file)}:{one.lineno} {one.name}": (one.end_lineno or 0) - one.lineno + 1
        for file in SOURCES
        for one in functions(file)
    }
    assert {name: count for name, count in lines.items() if count > MOST_LINES_OF_A_FUNCTION} == {}


def bracketed_by_hand(file: Path) -> Iterator[str]:
    """Give the place of each f-string that holds two values with a comma between, in square brackets."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
            if "[{}, {}]" in "".join(str(part) for part in parts):
                yield f"{named(file)}:{node.lineno}"


def test_an_interval_is_put_in_brackets_at_one_place() -> None:
    found = [place for file in SOURCES for place in bracketed_by_hand(file)]
    assert [place.partition(":")[0] for place in found] == ["composer/evaluation/formatting.py"]


def test_a_csv_is_written_where_no_cell_of_it_can_become_a_formula() -> None:
    writers = {"to_csv", "writer", "DictWriter", "to_excel", "write_csv"}
    found = {
        named(file)
        for file in SOURCES
        for one in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr in writers
        if not ast.unparse(one.func).endswith("file.writer")  # of a large file, by its kind
    }
    assert found == {"ui/shell/csv_text.py", "composer/annotation/delimited.py"}
    assert all("import quiet\n" in (ROOT / file).read_text(encoding="utf-8") for file in found)


def test_a_test_file_is_named_after_the_module_or_package_it_tests() -> None:
    modules = {named(file).removesuffix(".py") for file in SOURCES}
    packages = {str(Path(name).parent) for name in modules if name.endswith("__init__")}
    # What is tested as a command is called one, lest the function behind it be looked for.
    commands = {f"{name}_command" for name in modules if name.startswith("composer/cli/")}
    known = {
        f"tests/{Path(name).parent}/test_{Path(name).name}.py" for name in modules | packages | commands
    } | ACROSS_MODULES
    assert {named(file) for file in (ROOT / "tests").rglob("test_*.py")} - known == set()
    assert {name for name in ACROSS_MODULES if not (ROOT / name).is_file()} == set()
