"""Bringing a library file up to date: what nobody changed stays as it was written, comments and order too."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from library.errors import Refused
from library.file import LibraryFile, SnippetEntry, doubled_keys
from library.layout import FIELDS, LISTS, STEP, entry_lines, field_lines, laid_out, values, written
from library.yamlcomments import comments, deepest, end_of
from library.yamlfile import check_yaml
from library.yamltree import node_of

_BELOW = re.compile("(?: *(?:#[^\n]*)?\n)*")
"""Blank lines and comments."""


@dataclass(frozen=True)
class Merged:
    """A library file as it is to be: its text, the keys in it, and those that were changed, added and removed."""

    text: str
    keys: tuple[str, ...]
    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def merged(
    text: str,
    name: str,
    entries: Mapping[str, SnippetEntry],
    *,
    adding: Collection[str] | None = None,
    gone: Collection[str] = (),
) -> Merged:
    """Return a file's text with the library's snippets in it: those that it has in their place, others after them.

    What a snippet has already is left as it is written. Of those that the file lacks, the ones `adding` names are
    put in, all where it is None. Snippets of the file that are in neither `entries` nor `gone` stay; those of
    `gone` are left out, with the comment right above them. Raises Refused for a text that is no library file, and
    where no snippet would be left; `name` is the file's in messages.
    """
    chosen = [one for key, one in entries.items() if adding is None or key in adding]
    crlf = "\r\n" in text
    text = text.replace("\r\n", "\n")
    if all(line.lstrip().startswith("#") for line in text.split("\n") if line.strip()):  # new, or comments alone
        keys = tuple(one.key for one in chosen)
        done = Merged(f"{_ended(text)}{laid_out(chosen)}", keys, added=keys)
    else:
        content = check_yaml(text, name, LibraryFile)
        found = content.accepted(doubled_keys(content.values)).snippets
        held = {one.key for one in found}
        fresh = [one for one in chosen if one.key not in held]
        done = _merged(text, name, found, entries, fresh, gone)
        _check(done.text, {**_keyed(found), **_of(entries, held), **_keyed(fresh)}, gone)
    return replace(done, text=done.text.replace("\n", "\r\n")) if crlf else done


def differing(entry: SnippetEntry, other: SnippetEntry) -> tuple[str, ...]:
    """Return the fields in which two snippets differ; the order of tags and of keys doesn't count."""

    def counted(one: SnippetEntry, name: str) -> object:
        value = getattr(one, name)
        return frozenset(value) if name in LISTS else value

    return tuple(name for name in FIELDS if counted(entry, name) != counted(other, name))


@dataclass(frozen=True)
class _Piece:
    """A snippet in the text of a file: where the lines before it begin, its own lines, and its node."""

    text: str
    above: int
    start: int
    stop: int
    entry: SnippetEntry
    node: yaml.MappingNode

    @property
    def lead(self) -> str:
        """The lines between the snippet before and this one: comments and blank ones."""
        return self.text[self.above : self.start]

    @property
    def first(self) -> yaml.Node:
        """Its first field's name."""
        name: yaml.Node = self.node.value[0][0]
        return name

    @property
    def is_plain(self) -> bool:
        """Whether its fields stand below each other, the first on the line of the dash."""
        return not self.node.flow_style and self.text[self.start : self.first.start_mark.index].strip(" ") == "-"

    @property
    def style(self) -> tuple[int, int]:
        """The column of its dash, and how far its fields are from it."""
        dash = self.text.index("-", self.start) - self.start
        return dash, (self.first.start_mark.index - self.start - dash) if self.is_plain else STEP

    @property
    def blocks(self) -> bool:
        """Whether a text may be written as a block: no comment is where it would be taken for a line of one."""
        below = _BELOW.match(self.text, self.stop)
        stop = self.stop if below is None else below.end()
        return deepest(self.text[self.start : stop], self.node, self.start) < sum(self.style) + STEP


def _merged(
    text: str,
    name: str,
    found: Sequence[SnippetEntry],
    wanted: Mapping[str, SnippetEntry],
    fresh: Sequence[SnippetEntry],
    gone: Collection[str],
) -> Merged:
    changed = tuple(one.key for one in found if one.key in wanted and differing(one, wanted[one.key]))
    added = tuple(one.key for one in fresh)
    removed = tuple(one.key for one in found if one.key in gone)
    keys = (*(one.key for one in found if one.key not in gone), *added)
    if not (changed or added or removed):
        return Merged(text, keys)
    if not keys:
        raise Refused("no snippet would be left", where=name, fix="Remove the file.")
    root: Any = node_of(text)
    items = root.value[0][1]
    begin = _line_start(text, items.start_mark.index)
    plain = text.isprintable() or not set("\r\x85\u2028\u2029\ufeff") & set(text)
    if root.flow_style or items.flow_style or text[begin : items.start_mark.index].strip(" ") or not plain:
        kept = [wanted.get(one.key, one) for one in found if one.key not in gone]
        above = "".join(f"{one}\n" for one in comments(text, root))
        return Merged(above + laid_out([*kept, *fresh]), keys, changed, added, removed)
    ended = _ended(text)
    pieces = _cut(ended, begin, found, items)
    joined = _joined(pieces, wanted, gone, fresh)
    return Merged(ended[:begin] + joined + ended[pieces[-1].stop :], keys, changed, added, removed)


def _cut(text: str, begin: int, found: Sequence[SnippetEntry], items: yaml.SequenceNode) -> list[_Piece]:
    """Return the snippets of a list whose first dash is on the line that begins at `begin`."""
    column, pieces = items.start_mark.column, []
    for entry, node in zip(found, items.value, strict=True):
        start = _line_start(text, node.start_mark.index)
        while start > begin and (text[start : start + column].strip(" ") or text[start + column] != "-"):
            start = _line_start(text, start - 1)
        stop = _line_end(text, end_of(text, node))
        pieces.append(_Piece(text, begin, start, stop, entry, node))
        begin = stop
    return pieces


def _joined(
    pieces: Sequence[_Piece],
    wanted: Mapping[str, SnippetEntry],
    gone: Collection[str],
    fresh: Sequence[SnippetEntry],
) -> str:
    """Return the list again: without what is gone, and with new snippets in the style of the last one."""
    lines: list[str] = []
    kept_above = None
    for piece in pieces:
        lead = piece.lead if kept_above is None else kept_above + piece.lead.lstrip("\n")
        if piece.entry.key in gone:
            # A comment stays that isn't right above it: it may be a heading over several.
            before, blank, _ = lead.rpartition("\n\n")
            kept_above = f"{before}{blank}" if before.strip() else "\n" * (bool(lines) and lead.startswith("\n"))
            continue
        lines += [lead, _part(piece, wanted.get(piece.entry.key))]
        kept_above = None
    apart = "\n" if len(pieces) > 1 and pieces[-1].lead.startswith("\n") else ""
    lines += [kept_above or ""] if not apart else []
    last = pieces[-1]
    made = ["\n".join([*entry_lines(one, *last.style, blocks=last.blocks), ""]) for one in fresh]
    return "".join([*lines, *(apart + one for one in made)])


def _part(piece: _Piece, wanted: SnippetEntry | None) -> str:
    """Return a snippet's lines as they are to be; comments that lost their place are above it."""
    body = piece.text[piece.start : piece.stop]
    changed = () if wanted is None else differing(piece.entry, wanted)
    if wanted is None or not changed:
        return body
    edits = _edits(piece, wanted, changed) if piece.is_plain else None
    lost = list(comments(body, piece.node, piece.start))
    edited = "" if edits is None else _edited(piece, edits)
    if not edited or not _holds(edited, wanted):
        body = "\n".join([*entry_lines(wanted, *piece.style, blocks=piece.blocks), ""])
    else:
        body = edited
        for one in comments(body, node_of(body)) if lost else ():
            lost.remove(one)
    return "".join(f"{' ' * piece.style[0]}{one}\n" for one in lost) + body


def _edited(piece: _Piece, edits: list[tuple[int, int, str]]) -> str:
    # From the end on, so that places stay true; of several at one place the last is put there first.
    body = piece.text[piece.start : piece.stop]
    for start, stop, fresh in sorted(edits, key=lambda one: one[0])[::-1]:
        body = body[: start - piece.start] + fresh + body[stop - piece.start :]
    return body


def _holds(body: str, wanted: SnippetEntry) -> bool:
    """Whether these lines say what they are to say: a comment may have come to stand where a block takes it in."""
    (one,) = check_yaml(f"snippets:\n{body}", "the new file", LibraryFile).values["snippets"]
    return not differing(SnippetEntry.model_construct(**_as_tuples(one)), wanted)


def _edits(piece: _Piece, wanted: SnippetEntry, changed: Collection[str]) -> list[tuple[int, int, str]] | None:
    """Return what to replace of a text, from where to where and by what; None where it has to be written anew."""
    text, new = piece.text, values(wanted)
    fields = {key.value: (key, value) for key, value in piece.node.value}
    indent, blocks = piece.first.start_mark.index - piece.start, piece.blocks
    edits: list[tuple[int, int, str]] = []
    for name in changed:
        if name in fields and name in new:
            edits.append(_replaced(text, *fields[name], written(new[name], indent, len(name) + 2, blocks=blocks)))
        elif name in fields:
            key, value = fields[name]
            if key is piece.first:
                return None
            edits.append((_line_start(text, key.start_mark.index), _line_end(text, end_of(text, value)), ""))
        elif name in new:
            before = max((each for each in fields if each in FIELDS[: FIELDS.index(name)]), key=FIELDS.index)
            place = _line_end(text, end_of(text, fields[before][1]))
            edits.append((place, place, "\n".join([*field_lines(name, new[name], indent, blocks=blocks), ""])))
    return edits


def _replaced(text: str, key: yaml.Node, value: yaml.Node, fresh: str) -> tuple[int, int, str]:
    """Return where the value of a field is in a text, and what stands there for the new one."""
    start, stop = value.start_mark.index, end_of(text, value)
    colon = text.index(":", key.end_mark.index) + 1
    if "\n" in fresh:  # what follows it on its line would be taken for a part of it
        stop = _line_end(text, stop) - 1
    if "\n" in text[colon:start] or fresh.startswith("\n"):
        return colon, stop, fresh if fresh.startswith("\n") else f" {fresh}"
    return start, stop, fresh


def _check(text: str, entries: Mapping[str, SnippetEntry], gone: Collection[str]) -> None:
    """Raise RuntimeError where a text doesn't hold what it was to hold: better than a file that says otherwise."""
    wanted = {key: one for key, one in entries.items() if key not in gone}
    data = check_yaml(text, "the new file", LibraryFile).values
    held = {one["key"]: SnippetEntry.model_construct(**_as_tuples(one)) for one in data["snippets"]}
    if wanted.keys() != held.keys() or any(differing(one, held[key]) for key, one in wanted.items()):
        raise RuntimeError("the merged library file doesn't hold what it was to hold")


def _keyed(entries: Sequence[SnippetEntry]) -> dict[str, SnippetEntry]:
    return {one.key: one for one in entries}


def _of(entries: Mapping[str, SnippetEntry], keys: Collection[str]) -> dict[str, SnippetEntry]:
    return {key: one for key, one in entries.items() if key in keys}


def _as_tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"


def _line_start(text: str, place: int) -> int:
    return text.rfind("\n", 0, place) + 1


def _line_end(text: str, place: int) -> int:
    """Return where the line ends that holds a place, its line break included."""
    found = text.find("\n", place)
    return len(text) if found < 0 else found + 1
