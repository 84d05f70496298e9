"""Worlds as folders: `world.json` holds what there is to choose from, `cells.jsonl` holds an answer a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from math import ceil
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from composer.bench.world import Recorded, World
from composer.search.constraints import Rules
from composer.search.problem import Keys, Space
from library.errors import Refused
from library.validation import invalid
from library.yamlfile import parse_yaml, read_text

DESCRIPTION, CELLS = "world.json", "cells.jsonl"
LIMIT_BYTES = 500_000_000
BYTES_PER_TOKEN = 4
"""A token of English is some four bytes; only `max_tokens` rests on this estimate."""


Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SnippetLine(_Part):
    """A snippet to choose from."""

    key: Key
    text: str = Field(min_length=1)
    tags: tuple[str, ...] = ()


class ExampleLine(_Part):
    """An example; every prefix of the examples that a strategy gets is even over their strata."""

    id: Id
    split: Literal["dev", "test"]
    stratum: str = ""


class RulesPart(_Part):
    """What a composition may be, as `composer.search.rules.Rules` has it."""

    groups: dict[Key, str] = Field(default_factory=dict)
    stay: tuple[Key, ...] = ()
    requires: dict[Key, tuple[Key, ...]] = Field(default_factory=dict)
    conflicts: tuple[tuple[Key, Key], ...] = ()
    first: tuple[Key, ...] = ()
    last: tuple[Key, ...] = ()
    max_tokens: int | None = Field(default=None, ge=0)

    def named(self) -> set[str]:
        """All keys that the rules name."""
        pairs = {key for pair in self.conflicts for key in pair}
        needed = {key for keys in self.requires.values() for key in keys}
        return {*self.groups, *self.stay, *self.requires, *needed, *pairs, *self.first, *self.last}


class Description(_Part):
    """The content of `world.json`. Where `ordered` is false, keys are in the order of `snippets`."""

    name: str = Field(pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$", max_length=100)
    ordered: bool = False
    max_length: int = Field(ge=1)
    snippets: tuple[SnippetLine, ...] = Field(min_length=1)
    incumbent: tuple[Key, ...]
    examples: tuple[ExampleLine, ...]
    rules: RulesPart = RulesPart()
    about: str | dict[str, Any] = ""

    @field_validator("snippets")
    @classmethod
    def _keys_once(cls, snippets: tuple[SnippetLine, ...]) -> tuple[SnippetLine, ...]:
        _once([snippet.key for snippet in snippets], "snippet")
        return snippets

    @field_validator("incumbent")
    @classmethod
    def _incumbent_known(cls, incumbent: tuple[Key, ...], info: ValidationInfo) -> tuple[Key, ...]:
        _known(incumbent, info)
        _once(incumbent, "snippet")
        return incumbent

    @field_validator("examples")
    @classmethod
    def _both_splits(cls, examples: tuple[ExampleLine, ...]) -> tuple[ExampleLine, ...]:
        _once([example.id for example in examples], "example")
        for split in ("dev", "test"):
            if split not in {example.split for example in examples}:
                raise invalid(f"no example is of split {split}", fix="A world needs both, dev and test.")
        return examples

    @field_validator("rules")
    @classmethod
    def _rules_known(cls, rules: RulesPart, info: ValidationInfo) -> RulesPart:
        _known(sorted(rules.named()), info)
        return rules

    def rules_of_search(self) -> Rules:
        """Return the rules as a search has them; conflicts hold both ways."""
        conflicts: dict[str, set[str]] = {}
        for one, other in self.rules.conflicts:
            conflicts.setdefault(one, set()).add(other)
            conflicts.setdefault(other, set()).add(one)
        return Rules(
            max_length=self.max_length,
            groups=dict(self.rules.groups),
            requires={key: frozenset(needed) for key, needed in self.rules.requires.items()},
            conflicts={key: frozenset(others) for key, others in conflicts.items()},
            first=frozenset(self.rules.first),
            last=frozenset(self.rules.last),
            stay=frozenset(self.rules.stay),
            tokens={one.key: ceil(len(one.text.encode()) / BYTES_PER_TOKEN) for one in self.snippets},
            max_tokens=self.rules.max_tokens,
        )


class Cell(NamedTuple):
    """One recorded answer."""

    keys: Keys
    example: str
    loss: float
    valid: bool = True


class _CellLine(_Part):
    c: tuple[str, ...]
    e: str
    loss: float = Field(ge=0, le=1)
    valid: bool = True


def read_world(folder: Path) -> World:
    """Read a recorded world; raises `Refused` with file, line and field of everything that is wrong with it."""
    described = read_description(folder / DESCRIPTION)
    dev, test = (tuple(one.id for one in described.examples if one.split == split) for split in ("dev", "test"))
    space = Space(
        snippets=tuple(one.key for one in described.snippets),
        rules=described.rules_of_search(),
        ordered=described.ordered,
    )
    if (arranged := space.arranged(described.incumbent)) != described.incumbent:
        raise Refused(
            "the incumbent's snippets aren't in library order, pins in place",
            where=f"{folder / DESCRIPTION}, field incumbent",
            fix=f"Write {json.dumps(arranged)}.",
        )
    place = {example: number for number, example in enumerate((*dev, *test))}
    rows: dict[Keys, int] = {}
    cells = list(_cells(folder / CELLS, space, place))
    for cell in cells:
        rows.setdefault(cell.keys, len(rows))
    loss = np.full((len(rows), len(place)), np.nan)
    loss[[rows[cell.keys] for cell in cells], [place[cell.example] for cell in cells]] = [c.loss for c in cells]
    if described.incumbent not in rows or np.isnan(loss[rows[described.incumbent]]).any():
        raise Refused(
            "the incumbent has no answer on some example",
            where=str(folder / CELLS),
            fix="Record it on all of them: every gain is measured against it.",
        )
    allowed = frozenset(keys for keys in rows if keys == described.incumbent or space.allows(keys))
    return World(
        name=described.name,
        snippets=space.snippets,
        incumbent=described.incumbent,
        rules=space.rules,
        dev=dev,
        test=test,
        answers=Recorded(described.name, rows, loss, len(dev), allowed),
        ordered=described.ordered,
        strata={one.id: one.stratum for one in described.examples},
        tags={one.key: frozenset(one.tags) for one in described.snippets},
    )


def write_world(folder: Path, described: Description, cells: Iterable[Cell]) -> None:
    """Write a world into a folder, the same bytes for the same world whatever the order of the cells."""
    folder.mkdir(parents=True, exist_ok=True)
    content = described.model_dump(mode="json", exclude_defaults=True) | {"ordered": described.ordered}
    (folder / DESCRIPTION).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    snippet = {one.key: number for number, one in enumerate(described.snippets)}
    example = {one.id: number for number, one in enumerate(described.examples)}

    def order(cell: Cell) -> tuple[int, list[int], int]:
        return len(cell.keys), [snippet[key] for key in cell.keys], example[cell.example]

    with (folder / CELLS).open("w", encoding="utf-8", newline="\n") as file:
        for cell in sorted(cells, key=order):
            line = {"c": list(cell.keys), "e": cell.example, "loss": cell.loss, "valid": cell.valid}
            file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def read_description(path: Path) -> Description:
    """Read a `world.json`; raises `Refused` with file, line and field."""
    text = read_text(path)
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused(f"not valid JSON: {error}", where=str(path)) from error
    try:
        return Description.model_validate_json(text)
    except ValidationError:
        # JSON is YAML too, and the reader of YAML knows on which line each field is.
        return parse_yaml(text, str(path), Description)


def _cells(path: Path, space: Space, place: Mapping[str, int]) -> Iterator[Cell]:
    """Read the answers; raises `Refused` listing every line that is wrong."""
    wrong: list[str] = []
    lines: dict[tuple[Keys, str], int] = {}
    faults: dict[Keys, str] = {}
    for number, text in enumerate(read_text(path, limit_bytes=LIMIT_BYTES).split("\n"), 1):
        if not text.strip():
            continue
        try:
            line = _CellLine.model_validate_json(text)
        except ValidationError as error:
            wrong += [_told(path, number, details["loc"], details["msg"]) for details in error.errors()]
            continue
        if line.c not in faults:
            faults[line.c] = _misplaced(line.c, space)
        first = lines.setdefault((line.c, line.e), number)
        if fault := faults[line.c]:
            wrong.append(_told(path, number, ("c",), fault))
        elif line.e not in place:
            wrong.append(_told(path, number, ("e",), f"{DESCRIPTION} has no example {line.e}"))
        elif first != number:
            wrong.append(_told(path, number, (), f"the same composition and example as line {first}"))
        elif not wrong:
            yield Cell(line.c, line.e, line.loss, line.valid)
    if len(wrong) == 1:
        where, what = wrong[0].split(": ", 1)
        raise Refused(what, where=where)
    if wrong:
        raise Refused(f"{len(wrong)} problems", where=str(path), problems=wrong)


def _misplaced(keys: Keys, space: Space) -> str:
    if unknown := [key for key in keys if key not in space.place]:
        return f"{DESCRIPTION} has no snippet {unknown[0]}"
    if len(set(keys)) < len(keys):
        return "a snippet appears twice"
    if space.arranged(keys) != keys:
        return f"must be in library order, pins in place: {json.dumps(space.arranged(keys))}"
    return ""


def _told(path: Path, number: int, location: tuple[int | str, ...], what: str) -> str:
    field = ".".join(str(step) for step in location)
    return f"{path}, line {number}{f', field {field}' if field else ''}: {what[:1].lower()}{what[1:]}"


def _once(names: Iterable[str], kind: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise invalid(f"{kind} {name} appears twice", fix="Keep one.")
        seen.add(name)


def _known(keys: Iterable[str], info: ValidationInfo) -> None:
    if "snippets" not in info.data:  # wrong already, and reported
        return
    known = {snippet.key for snippet in info.data["snippets"]}
    for key in keys:
        if key not in known:
            raise invalid(f"{key} is no snippet of this world", fix="Correct it, or add the snippet.")
