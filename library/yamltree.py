"""YAML text as plain values, and as places, which know the lines at which the values begin.

Two parsers read it: libyaml what is plainly right, fast, and PyYAML's own everything else. What a file is refused
for, and at which line, never depends on which of them read it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

Location = tuple[int | str, ...]
"""A place as keys and indexes from the top."""

Fault = tuple[int, Location, str, str]
"""One thing wrong with a file: line from 1, location, what it is, what to do."""

_DEEPEST = 100  # levels of nesting that the quick reader follows; no file of ours needs more than ten
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# What libyaml takes for a space or a line break and PyYAML's own parser doesn't, or the other way round.
_READ_DIFFERENTLY = re.compile("[\t\r\x85\u2028\u2029\ufeff]")
_NUMBERS = frozenset({"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"})
_LONGEST_NUMBER = 400  # characters: of some thousand Python makes a number, and then no text of it
_TEXT = "tag:yaml.org,2002:str"
_FIRST_CHARACTERS = frozenset(yaml.SafeLoader.yaml_implicit_resolvers)
_NAME_TYPES = frozenset({str})


class Place(NamedTuple):
    """Where a value of a YAML text begins, and the places of what it holds.

    line: from 1. is_block: a scalar written with `|`. items: those of a list. fields: by name, those of a
    mapping, each with the line of its name.
    """

    line: int
    is_block: bool = False
    items: Sequence[Place] = ()
    fields: Mapping[str, tuple[int, Place]] = {}


class Quick(NamedTuple):
    """What libyaml reads: the plain values, and the line of each value and name as they follow each other.

    The line of a scalar written with `|` is negative.
    """

    values: Any
    lines: Sequence[int]

    def place(self) -> Place:
        """Return the place of the document."""
        return _placed(self.values, iter(self.lines))


def is_text(value: str) -> bool:
    """Whether a scalar without quotes is read as text, and not as a number, a truth value, a date or the like."""
    return value[:1] not in _FIRST_CHARACTERS or _tag(value) == _TEXT


def node_of(text: str) -> yaml.Node:
    """Return the node of the one document of a text that is known to be valid YAML, with the places in the text.

    Marks count characters. Raises yaml.YAMLError.
    """
    quickly = not _READ_DIFFERENTLY.search(text)
    node = yaml.compose(text, yaml.CSafeLoader) if quickly else Loader(text).get_single_node()
    assert node is not None
    return node


def read_quickly(text: str) -> Quick | None:
    """Return the values of a text in which libyaml finds no fault; None for any other, and for no value."""
    try:
        found = _read(text.replace("\r\n", "\n"), Loader(text))
    except (yaml.YAMLError, _NotPlain):
        return None
    return None if found.values is None else found


def places(node: yaml.Node) -> Place:
    """Return the place of a node as PyYAML's own parser makes it."""
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return Place(line, node.style == "|")
    if isinstance(node, yaml.SequenceNode):
        return Place(line, items=[places(each) for each in node.value])
    names = [(key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)]
    # The last of a name counts: fields merged in with << come before the mapping's own, which win.
    return Place(line, fields={key.value: (key.start_mark.line + 1, places(value)) for key, value in names})


def faults(node: yaml.Node, location: Location = ()) -> Iterator[Fault]:
    """Find keys given twice in one mapping, and texts that no database or hash can hold."""
    if isinstance(node, yaml.MappingNode):
        lines: dict[tuple[str, str], int] = {}
        for key, value in node.value:
            inside = (*location, str(key.value))
            yield from faults(key, inside)
            yield from faults(value, inside)
            line, name = key.start_mark.line + 1, (key.tag, str(key.value))
            if name in lines:
                what = f"the key is given twice, first on line {lines[name]}"
                yield line, inside, what, "Keep one of them."
            lines.setdefault(name, line)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from faults(value, (*location, index))
    elif found := _UNSTORABLE.search(node.value):
        what = f"holds a character that can't be stored: U+{ord(found.group()):04X}"
        yield node.start_mark.line + 1, location, what, "Remove it."


class Loader(yaml.SafeLoader):
    """PyYAML's safe loader in pure Python (the one in C crashes on deeply nested input), without aliases.

    Aliases let a small file mean an endless or enormous value, and no file here needs them.
    """

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Make the next node; raises yaml.YAMLError for an alias, RecursionError where it is too deep."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases (*name) are not used here", mark)
        return super().compose_node(parent, index)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Return the value of a node; raises yaml.YAMLError for one that can't be made, such as 2024-13-01."""
        try:
            if node.tag in _NUMBERS and len(node.value) > _LONGEST_NUMBER:
                raise ValueError("longer than any number that is meant")
            return super().construct_object(node, deep)
        except (ValueError, LookupError, AttributeError, TypeError, ArithmeticError) as error:
            # What PyYAML lets out for values such as 2024-13-01 or !!bool maybe.
            raise yaml.constructor.ConstructorError(
                None, None, f"this value can't be read: {short(node.value)}", node.start_mark
            ) from error


def short(value: object) -> str:
    """Return a value as Python writes it, cut to 60 characters."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


class _NotPlain(Exception):
    """The text has something that the quick reader leaves to PyYAML's own parser."""


def _read(text: str, loader: Loader) -> Quick:
    """Read the one document of a text from libyaml's events, without recursion; `loader` makes numbers and such.

    Raises _NotPlain for an empty text, several documents, aliases, anchors, tags, names that aren't text or are
    given twice, texts that can't be stored, and what the two parsers might read differently; yaml.YAMLError
    for what isn't YAML.
    """
    if _READ_DIFFERENTLY.search(text):
        raise _NotPlain
    may_be_unstorable = "\\" in text  # only an escape can spell what no YAML may hold as it is
    next_event: Callable[[], Any] = yaml.CSafeLoader(text).get_event
    lines: list[int] = []
    opened: list[tuple[Any, list[Any]]] = []
    start, found = None, []  # of the collection that is open now, or of the stream
    while (kind := type(event := next_event())) is not StreamEndEvent:
        if kind is ScalarEvent:
            value, style, line = event.value, event.style, event.start_mark.line + 1
            if event.tag or event.anchor or (may_be_unstorable and _UNSTORABLE.search(value)):
                raise _NotPlain
            found.append(value if style else _plain(value, start is not None and start.flow_style, loader))
            lines.append(-line if style == "|" else line)
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            if event.anchor or event.tag or len(opened) == _DEEPEST:
                raise _NotPlain
            lines.append(event.start_mark.line + 1)
            opened.append((start, found))
            start, found = event, []
        elif kind is SequenceEndEvent or kind is MappingEndEvent:
            made = found if kind is SequenceEndEvent else _mapping(found)
            start, found = opened.pop()
            found.append(made)
        elif kind is AliasEvent:
            raise _NotPlain
    if len(found) != 1:
        raise _NotPlain
    return Quick(found[0], lines)


def _plain(value: str, in_flow: bool, loader: Loader) -> Any:
    """Return the value of a scalar without quotes: a number, a truth value or the like, most often a text."""
    if in_flow and "?" in value:
        raise _NotPlain
    if is_text(value):
        return value
    return loader.construct_object(yaml.ScalarNode(_tag(value), value))


@lru_cache(maxsize=1000)
def _tag(value: str) -> str:
    """Return the tag that PyYAML gives a plain scalar; most that ask are names of fields, again and again."""
    resolver = yaml.resolver.Resolver()
    return str(resolver.resolve(yaml.ScalarNode, value, (True, False)))  # type: ignore[no-untyped-call]


def _mapping(found: list[Any]) -> dict[str, Any]:
    """Return a mapping whose names and values take turns in a list."""
    names = found[::2]
    if not _NAME_TYPES.issuperset(map(type, names)) or len(set(names)) < len(names):
        raise _NotPlain
    return dict(zip(names, found[1::2], strict=True))


def _placed(value: Any, lines: Iterator[int]) -> Place:
    line = next(lines)
    if type(value) is dict:
        return Place(line, fields={name: (abs(next(lines)), _placed(each, lines)) for name, each in value.items()})
    if type(value) is list:
        return Place(line, items=[_placed(each, lines) for each in value])
    return Place(abs(line), line < 0)
