"""A library file: what a person writes of each snippet, and what is refused of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from library import lint
from library.yamlfile import Problem, invalid, read_yaml

Key = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Tag = Annotated[str, Field(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$", max_length=80)]


class SnippetEntry(BaseModel):
    """One snippet in a library file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Key
    text: str
    tags: tuple[Tag, ...] = ()
    state: Literal["draft", "vetted"] = "draft"
    rationale: str = Field(default="", max_length=2000)
    group: str | None = Field(default=None, min_length=1, max_length=80)

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


def read_entries(path: Path) -> tuple[SnippetEntry, ...]:
    """Read the snippets of a library file, in its order.

    Raises Refused listing every problem with line and field: those of the texts (library.lint), of
    the other fields, and keys that two entries share.
    """
    return read_yaml(path, LibraryFile, check=_doubled_keys).snippets


def _doubled_keys(data: Any) -> Iterator[Problem]:
    """Find keys that two entries share; looks at values that may be of any shape."""
    snippets = data.get("snippets") if isinstance(data, dict) else None
    first: dict[str, int] = {}
    for index, entry in enumerate(snippets if isinstance(snippets, list) else ()):
        key = entry.get("key") if isinstance(entry, dict) else None
        if isinstance(key, str) and first.setdefault(key, index) != index:
            what = f"the key {key!r} is taken by snippets[{first[key]}]"
            yield Problem(("snippets", index, "key"), what, "Give it another, or remove one.")
