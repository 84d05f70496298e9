"""A library file: what a person writes of each snippet, and what is refused of it."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from library import lint
from library.feasibility import Clash, Links, clashes
from library.validation import invalid
from library.yamlfile import Problem, read_yaml

Pin = Literal["first", "last"]
Key = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Tag = Annotated[str, Field(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$", max_length=80)]


class SnippetEntry(BaseModel):
    """One snippet in a library file.

    Its rules: at most one of a `group` stands in a prompt, it stands only with all that it `requires` and
    with none that it `conflicts` with, and a `pin` puts it before or after all that aren't pinned alike.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Key
    text: str
    tags: tuple[Tag, ...] = ()
    state: Literal["draft", "vetted"] = "draft"
    rationale: str = Field(default="", max_length=2000)
    group: str | None = Field(default=None, min_length=1, max_length=80)
    requires: tuple[str, ...] = Field(default=(), max_length=50)
    conflicts: tuple[str, ...] = Field(default=(), max_length=50)
    pin: Pin | None = None

    @field_validator("text")
    @classmethod
    def _plain_line(cls, text: str) -> str:
        if found := lint.problems(text):
            raise invalid(", ".join(found), fix="Write one plain line, in quotes if need be.")
        return text

    @field_validator("tags")
    @classmethod
    def _each_once(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(tags)) < len(tags):
            raise invalid("names a tag twice", fix="Keep one of them.")
        return tags

    @field_validator("requires", "conflicts")
    @classmethod
    def _others_once(cls, keys: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if len(set(keys)) < len(keys):
            raise invalid("names a snippet twice", fix="Keep one of them.")
        if info.data.get("key") in keys:
            raise invalid("names the snippet itself", fix="Remove it.")
        if info.field_name == "conflicts" and (both := sorted(set(keys) & set(info.data.get("requires", ())))):
            raise invalid(f"names {', '.join(map(repr, both))}, which it requires", fix="Keep one of the two.")
        return keys


class LibraryFile(BaseModel):
    """A library file as a whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    snippets: tuple[SnippetEntry, ...]

    @field_validator("snippets")
    @classmethod
    def _not_empty(cls, snippets: tuple[SnippetEntry, ...]) -> tuple[SnippetEntry, ...]:
        if not snippets:
            raise invalid("holds no snippet", fix="Write one, as '- key: …' and below it 'text: …'.")
        return snippets


def read_entries(path: Path, known: Mapping[str, Links] | None = None) -> tuple[SnippetEntry, ...]:
    """Read the snippets of a library file, in its order; `known` are the snippets the library has already.

    Raises Refused listing every problem with line and field: those of the texts (library.lint), of
    the other fields, keys that two entries share, keys in rules that neither file nor library has, and
    snippets that could never stand by the rules of both.
    """
    return read_yaml(path, LibraryFile, check=partial(_problems, known or {})).snippets


def _problems(known: Mapping[str, Links], data: Any) -> Iterator[Problem]:
    """Find what is wrong between entries; looks at values that may be of any shape."""
    snippets = data.get("snippets") if isinstance(data, dict) else None
    entries = dict(enumerate(snippets if isinstance(snippets, list) else ()))
    keyed = {
        index: entry
        for index, entry in entries.items()
        if isinstance(entry, dict) and isinstance(entry.get("key"), str)
    }
    yield from _doubled_keys(keyed)
    places = {entry["key"]: index for index, entry in keyed.items()}
    library = {**known, **{key: _links(keyed[index]) for key, index in places.items()}}
    for index, entry in keyed.items():
        yield from _unknown_keys(index, entry, library)
    for key, clash in clashes(library).items():
        yield from _never_stands(key, clash, places, keyed)


def _doubled_keys(entries: Mapping[int, dict[str, Any]]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, entry in entries.items():
        key = entry["key"]
        if first.setdefault(key, index) != index:
            what = f"the key {key!r} is taken by snippets[{first[key]}]"
            yield Problem(("snippets", index, "key"), what, "Give it another, or remove one.")


def _unknown_keys(index: int, entry: dict[str, Any], library: Mapping[str, Links]) -> Iterator[Problem]:
    for field in ("requires", "conflicts"):
        for place, key in enumerate(_list(entry, field)):
            if isinstance(key, str) and key not in library:
                what = f"there is no snippet {key!r}, in the file or in the library"
                yield Problem(("snippets", index, field, place), what, "Correct its spelling, or add it.")


def _never_stands(
    key: str, clash: Clash, places: Mapping[str, int], entries: Mapping[int, dict[str, Any]]
) -> Iterator[Problem]:
    """Tell of a snippet that can't stand, at the first entry of the file that has a part in it."""
    index = next((places[one] for one in (key, *clash.keys) if one in places), None)
    if index is None:  # the library's own matter: this file neither made it nor can mend it
        return
    field = next((name for name in ("requires", "conflicts", "group") if entries[index].get(name)), "key")
    what = f"{key!r} could never stand: {clash.why}"
    yield Problem(("snippets", index, field), what, "Change one of these rules.")


def _links(entry: dict[str, Any]) -> Links:
    """Take an entry's links as far as they have the right shape; what contradicts itself is told elsewhere."""
    requires, conflicts = (
        frozenset(key for key in _list(entry, field) if isinstance(key, str) and key != entry["key"])
        for field in ("requires", "conflicts")
    )
    group = entry.get("group")
    return Links(group if isinstance(group, str) else None, requires, conflicts - requires)


def _list(entry: dict[str, Any], field: str) -> list[Any]:
    found = entry.get(field)
    return found if isinstance(found, list) else []
