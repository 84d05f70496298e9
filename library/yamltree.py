"""YAML text as plain values, and as places, which know the lines at which the values begin.

Two parsers read it: libyaml what is plainly right, fast, and PyYAML's own everything else. What a file is refused
for, and at which line, never depends on which of them read it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar

import yaml

Location = tuple[int | str, ...]
"""A place as keys and indexes from the top."""

Fault = tuple[int, Location, str, str]
"""One thing wrong with a file: line from 1, location, what it is, what to do."""

UNREAD = object()
"""What `quick_values` returns where PyYAML's own parser has to decide."""

_DEEPEST = 100  # levels of nesting that the quick reader follows; no file of ours needs more than ten
_TEXT = "tag:yaml.org,2002:str"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# What libyaml takes for a space or a line break and PyYAML's own parser doesn't, or the other way round.
_READ_DIFFERENTLY = re.compile("[\t\r\x85\u2028\u2029\ufeff]")
Made = TypeVar("Made")


class Place(NamedTuple):
    """Where a value of a YAML text begins, and the places of what it holds.

    line: from 1. text: that of a scalar. is_block: a scalar written with `|`. items: those of a list.
    fields: by name, those of a mapping, each with the line of its name.
    """

    line: int
    text: str | None = None
    is_block: bool = False
    items: Sequence[Place] = ()
    fields: Mapping[str, tuple[int, Place]] = {}


def quick_values(text: str) -> Any:
    """Return the plain values of a text in which libyaml finds no fault; `UNREAD` for any other and for none."""
    try:
        found = _built(text, partial(_scalar_value, Loader(text)), _collection_value)
    except (yaml.YAMLError, _NotPlain):
        return UNREAD
    return UNREAD if found is None else found


def quick_places(text: str) -> Place:
    """Return the place of the document in a text of which `quick_values` gave the values."""
    return _built(text, _scalar_place, _collection_place)


def places(node: yaml.Node) -> Place:
    """Return the place of a node as PyYAML's own parser makes it."""
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return Place(line, node.value, node.style == "|")
    if isinstance(node, yaml.SequenceNode):
        return Place(line, items=[places(each) for each in node.value])
    return _mapping_place(line, [(places(key), places(value)) for key, value in node.value])


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

    Aliases let a small file stand for an endless or enormous value, and no file here needs them.
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
            return super().construct_object(node, deep)
        except (ValueError, LookupError, AttributeError, TypeError) as error:
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


def _built(
    text: str,
    scalar: Callable[[yaml.ScalarEvent], Made],
    collection: Callable[[yaml.CollectionStartEvent, list[Made]], Made],
) -> Made:
    """Build the one document of a text from libyaml's events, without recursion.

    `collection` gets what a list or mapping holds, in a row: of a mapping keys and values in turns. Raises
    _NotPlain for an empty text, aliases, anchors, tags, several documents, and what the two parsers might read
    differently; yaml.YAMLError for what isn't YAML.
    """
    text = text.replace("\r\n", "\n")
    if _READ_DIFFERENTLY.search(text):
        raise _NotPlain
    opened: list[tuple[yaml.CollectionStartEvent, list[Made]]] = []
    found: list[Made] = []  # of the collection that is open now, or of the stream
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.ScalarEvent):
            in_flow = bool(opened) and opened[-1][0].flow_style
            if event.anchor or event.tag or (in_flow and not event.style and "?" in event.value):
                raise _NotPlain
            found.append(scalar(event))
        elif isinstance(event, yaml.CollectionStartEvent):
            if event.anchor or event.tag or len(opened) == _DEEPEST:
                raise _NotPlain
            opened.append((event, found))
            found = []
        elif isinstance(event, yaml.CollectionEndEvent):
            start, around = opened.pop()
            around.append(collection(start, found))
            found = around
        elif isinstance(event, yaml.AliasEvent):
            raise _NotPlain
    if len(found) != 1:
        raise _NotPlain
    return found[0]


def _scalar_value(loader: Loader, event: yaml.ScalarEvent) -> Any:
    value: str = event.value
    if _UNSTORABLE.search(value):
        raise _NotPlain
    # Most texts are told from numbers, truth values and the like by their first character.
    if not event.implicit[0] or value[:1] not in loader.yaml_implicit_resolvers:
        return value
    tag = loader.resolve(yaml.ScalarNode, value, event.implicit)  # type: ignore[no-untyped-call]
    return value if tag == _TEXT else loader.construct_object(yaml.ScalarNode(tag, value))


def _collection_value(start: yaml.CollectionStartEvent, found: list[Any]) -> Any:
    if isinstance(start, yaml.SequenceStartEvent):
        return found
    keys = found[::2]
    if not all(type(key) is str for key in keys) or len(set(keys)) < len(keys):
        raise _NotPlain
    return dict(zip(keys, found[1::2], strict=True))


def _scalar_place(event: yaml.ScalarEvent) -> Place:
    return Place(_line(event), event.value, event.style == "|")


def _collection_place(start: yaml.CollectionStartEvent, found: list[Place]) -> Place:
    if isinstance(start, yaml.SequenceStartEvent):
        return Place(_line(start), items=found)
    return _mapping_place(_line(start), zip(found[::2], found[1::2], strict=True))


def _mapping_place(line: int, pairs: Iterable[tuple[Place, Place]]) -> Place:
    # The last of a name counts: fields merged in with << stand before the mapping's own, which win.
    return Place(line, fields={key.text: (key.line, value) for key, value in pairs if key.text is not None})


def _line(event: yaml.Event) -> int:
    assert event.start_mark is not None
    return event.start_mark.line + 1
