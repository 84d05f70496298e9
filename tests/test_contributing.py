"""The guide for contributors leads to files that are there, and its map names every package."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return GUIDE.split(f"## {title}\n")[1].split("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_each_change_has_its_package_and_its_file() -> None:
    changes = rows(section("Where to change what"))
    assert len(changes) >= 11
    for change, packages, files in changes:
        named = re.findall(r"`((?:library|composer|ui)/[a-z_/]+\.py)`", files)
        assert named, change
        for package in re.findall(r"`([a-z_/]+)`", packages):
            assert (ROOT / package / "__init__.py").is_file(), (change, package)
            assert any(file.startswith(f"{package}/") for file in named), (change, package)
        for file in named:
            assert (ROOT / file).is_file(), (change, file)


def test_the_map_names_every_package_every_module_beside_them_and_no_other() -> None:
    named: set[str] = set()
    for cells in rows(section("The map")):
        tops = re.findall(r"`((?:ui|composer)/)?([a-z_.]+)`", cells[0])
        named |= {f"{top or 'composer/'}{name}" for top, name in tops}
    packages = {
        str(file.parent.relative_to(ROOT))
        for top in ("composer", "ui")
        for file in (ROOT / top).glob("*/__init__.py")
    }
    modules = {str(file.relative_to(ROOT)) for file in (ROOT / "composer").glob("[a-z]*.py")}
    assert named == packages | modules


def test_every_file_the_guide_names_is_there() -> None:
    paths = re.findall(r"`((?:library|composer|ui|data|tests)/[\w./-]+)`", GUIDE)
    assert [path for path in paths if "NAME" not in path and not (ROOT / path).exists()] == []


def patched(file: Path) -> Iterator[str]:
    """Give the dotted name of all that a test file sets by `setattr` of a MonkeyPatch."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    imported: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {each.asname or each.name: each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="setattr"), args=[ast.Constant(value=str(name)), _]):
                yield name
            case ast.Call(func=ast.Attribute(attr="setattr"), args=[owner, ast.Constant(value=str(name)), _]):
                top, *rest = ast.unparse(owner).split(".")
                yield ".".join((imported.get(top, top), *rest, name))
            case ast.Call(func=ast.Attribute(attr="setattr")):
                yield f"{file.name}:{node.lineno}: {ast.unparse(node)}"


def test_what_tests_patch_is_a_constant_or_named_in_the_guide() -> None:
    found = {name for file in (ROOT / "tests").rglob("*.py") for name in patched(file)}
    own = ("library.", "composer.", "ui.")
    functions = {name for name in found if not (name.startswith(own) and name.rsplit(".", 1)[-1].isupper())}
    named = re.findall(r"`([\w.]+)`", " ".join(cells[0] for cells in rows(section("Checks"))))
    assert functions == {name for name in named if "." in name}
