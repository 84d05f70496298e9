"""A library file: what a person writes of each snippet, and what is refused of it."""

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from library import lint
from library.feasibility import Clash, Links, clashes, with_required
from library.validation import invalid
from library.yamlfile import Problem, read_yaml
from library.yamltree import Location

Pin = Literal["first", "last"]
Key = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Tag = Annotated[str, Field(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$", max_length=80)]
_NO_LINKS = Links()


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
    snippets that could be in no prompt by the rules of both. One cause is one problem, whatever depends on it.
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
    yield from _unknown_keys(keyed, library)
    for clash in clashes(library):
        place = _place(clash, library, places)
        if place is not None:
            yield _impossible(clash, place, keyed[place])


def _doubled_keys(entries: Mapping[int, dict[str, Any]]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, entry in entries.items():
        key = entry["key"]
        if first.setdefault(key, index) != index:
            what = f"the key {key!r} is taken by snippets[{first[key]}]"
            yield Problem(("snippets", index, "key"), what, "Give it another, or remove one.")


def _unknown_keys(entries: Mapping[int, dict[str, Any]], library: Mapping[str, Links]) -> Iterator[Problem]:
    """Give each key that there isn't once, where it is named first."""
    unknown: dict[str, list[Location]] = {}
    for index, entry in entries.items():
        for field in ("requires", "conflicts"):
            for place, key in enumerate(_list(entry, field)):
                if isinstance(key, str) and key not in library:
                    unknown.setdefault(key, []).append(("snippets", index, field, place))
    for key, locations in unknown.items():
        what = f"there is no snippet {key!r}, in the file or in the library"
        more = len(locations) - 1
        if more:
            what += f"; {more:,} more rule{'s name' if more > 1 else ' names'} it"
        yield Problem(locations[0], what, "Correct its spelling, or add it.")


def _place(clash: Clash, library: Mapping[str, Links], places: Mapping[str, int]) -> int | None:
    """Return the index of an entry that has a part in a clash; None where the file has nothing to do with it."""
    near = (clash.key, *clash.keys)
    parts = chain(near, with_required(library, near[:1]), with_required(library, clash.dependants))
    return next((places[key] for key in parts if key in places), None)


def _impossible(clash: Clash, index: int, entry: dict[str, Any]) -> Problem:
    field = next((name for name in ("requires", "conflicts", "group") if entry.get(name)), "key")
    what = f"{clash.key!r} can be in no prompt: {clash.why}"
    others = clash.dependants
    if len(others) == 1:
        what += f"; nor can {others[0]!r}, which requires it"
    elif others:
        what += f"; nor can {len(others):,} others, such as {others[0]!r}, which require it"
    return Problem(("snippets", index, field), what, "Change one of these rules.")


def _links(entry: dict[str, Any]) -> Links:
    """Return an entry's links as far as they have the right shape; what contradicts itself is left out."""
    if not ("requires" in entry or "conflicts" in entry or "group" in entry):
        return _NO_LINKS
    requires, conflicts = (
        frozenset(key for key in _list(entry, field) if isinstance(key, str) and key != entry["key"])
        for field in ("requires", "conflicts")
    )
    group = entry.get("group")
    return Links(group if isinstance(group, str) else None, requires, conflicts - requires)


def _list(entry: dict[str, Any], field: str) -> list[Any]:
    found = entry.get(field)
    return found if isinstance(found, list) else []
