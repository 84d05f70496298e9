"""A library file: what a person writes of each snippet, and what is refused of it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from library import lint
from library.feasibility import Clash, Links, clashes, with_required
from library.validation import invalid
from library.yamlfile import Checked, Problem, check_yaml, read_text
from library.yamltree import Location

Pin = Literal["first", "last"]
Key = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Tag = Annotated[str, Field(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$", max_length=80)]
LARGEST_BYTES = 20_000_000
"""Of a library file: 10,000 snippets with a long text and rationale each."""
_NO_LINKS = Links()


class SnippetEntry(BaseModel):
    """One snippet in a library file.

    Its rules: a prompt holds at most one snippet of a `group`, and this one only together with all that it
    `requires` and with none that it `conflicts` with; a `pin` puts it before or after all that aren't pinned
    alike. One that is `retired` may be in no prompt, whatever its text.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Key
    text: str
    tags: tuple[Tag, ...] = ()
    state: Literal["draft", "vetted", "retired"] = "draft"
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


@dataclass(frozen=True)
class SnippetFile:
    """A library file as read. Whether it can be imported also depends on the library's snippets."""

    path: Path
    content: Checked[LibraryFile]

    def check_by_itself(self) -> None:
        """Raise Refused where the file is wrong whatever the library holds.

        Does nothing where it names snippets of the library: with those, `entries` lists all problems at once.
        """
        if not _unknown_keys(_keyed(self.content.values), frozenset()):
            self.entries({})

    def entries(self, known: Mapping[str, Links]) -> tuple[SnippetEntry, ...]:
        """Return the snippets in the order of the file; `known` are those the library has already.

        Raises Refused listing every problem with line and field: those of the texts (library.lint), of the other
        fields, keys that two entries share, keys in rules that neither file nor library has, and snippets that
        could be in no prompt by the rules of both. One cause is one problem, whatever depends on it.
        """
        return self.content.accepted(between_entries(known, self.content.values)).snippets


def read_file(path: Path) -> SnippetFile:
    """Read a library file; raises Refused where it can't be read as YAML."""
    return SnippetFile(path, check_yaml(read_text(path, limit_bytes=LARGEST_BYTES), str(path), LibraryFile))


def doubled_keys(data: Any) -> Iterator[Problem]:
    """Yield where entries of a library file have the key of one before; `data` are the file's plain values."""
    return _doubled_keys(_keyed(data))


def _keyed(data: Any) -> dict[int, dict[str, Any]]:
    """Return the entries that have a key, by their index; `data` may be of any shape."""
    snippets = data.get("snippets") if isinstance(data, dict) else None
    return {
        index: entry
        for index, entry in enumerate(snippets if isinstance(snippets, list) else ())
        if isinstance(entry, dict) and isinstance(entry.get("key"), str)
    }


def between_entries(known: Mapping[str, Links], data: Any) -> Iterator[Problem]:
    """Yield what is wrong between the entries of a library file, and with those that are `known` already.

    `data` are the file's plain values, of whatever shape; each problem's location begins with `snippets` and the
    index of an entry.
    """
    keyed = _keyed(data)
    yield from _doubled_keys(keyed)
    places = {entry["key"]: index for index, entry in keyed.items()}
    library = {**known, **{key: _links(keyed[index]) for key, index in places.items()}}
    for key, locations in _unknown_keys(keyed, known.keys()).items():
        what = f"there is no snippet {key!r}, in the file or in the library"
        more = len(locations) - 1
        if more:
            what += f"; {more:,} more rule{'s name' if more > 1 else ' names'} it"
        yield Problem(locations[0], what, "Correct its spelling, or add it.")
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


def _unknown_keys(entries: Mapping[int, dict[str, Any]], known: Collection[str]) -> dict[str, list[Location]]:
    """Return the keys that rules name and neither file nor library has, each with where it is named."""
    own = {entry["key"] for entry in entries.values()}
    unknown: dict[str, list[Location]] = {}
    for index, entry in entries.items():
        for field in ("requires", "conflicts"):
            for place, key in enumerate(_list(entry, field)):
                if isinstance(key, str) and key not in own and key not in known:
                    unknown.setdefault(key, []).append(("snippets", index, field, place))
    return unknown


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
