"""Reading YAML files people wrote: every problem is told with its file, line and field, all at once."""

import stat
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from library.errors import Refused
from library.validation import OWN_PROBLEM
from library.yamltree import UNREAD, Loader, Location, Place, faults, places, quick_places, quick_values, short

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a file: the place as keys and indexes from the top, what it is, what to do."""

    location: Location
    what: str
    fix: str = ""
    line_in_value: int | None = None


def read_text(path: Path, *, limit_bytes: int = 2_000_000) -> str:
    """Read a UTF-8 file of at most `limit_bytes`, without a byte order mark, line ends as they are.

    Raises Refused if it is missing, not an ordinary file, unreadable, too large (told from its size,
    before reading), not UTF-8, or holds a NUL character.
    """
    where = str(path)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not an ordinary file"
            raise Refused(f"this is {kind}", where=where, fix="Name a text file.")
        if status.st_size > limit_bytes:
            raise _too_large(where, f"{_megabytes(status.st_size)} MB", limit_bytes)
        with path.open("rb") as file:
            data = file.read(limit_bytes + 1)
    except FileNotFoundError:
        raise Refused("there is no such file", where=where, fix="Check the path.") from None
    except OSError as error:
        raise Refused(f"the file can't be read: {error.strerror or error}", where=where) from error
    except ValueError as error:  # a NUL in the path itself
        raise Refused(f"this is not a path: {error}", where=repr(where)) from error
    if len(data) > limit_bytes:  # it grew since its size was taken
        raise _too_large(where, "the file", limit_bytes)
    return _decoded(data, where)


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.3g}"


def _too_large(where: str, size: str, limit_bytes: int) -> Refused:
    limit = f"{_megabytes(limit_bytes)} MB"
    return Refused(
        f"the file is too large: {size}, and {limit} is the most",
        where=where,
        fix="Split it, or check its name.",
    )


def _decoded(data: bytes, where: str) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Refused(
            f"the file is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}",
            where=f"{where}, line {line}",
            fix="Save it as UTF-8.",
        ) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Refused("the file holds a NUL character", where=f"{where}, line {line}", fix="Remove it.")
    return text.removeprefix("\ufeff")


def read_yaml(path: Path, model: type[M], *, check: Callable[[Any], Iterable[Problem]] | None = None) -> M:
    """Read a YAML file into a pydantic model; see parse_yaml for `check` and for what is refused.

    Raises Refused also for all that read_text refuses.
    """
    return parse_yaml(read_text(path), str(path), model, check=check)


def parse_yaml(
    text: str, name: str, model: type[M], *, check: Callable[[Any], Iterable[Problem]] | None = None
) -> M:
    """Turn YAML text into a pydantic model; `name` stands for the file in messages.

    `check` looks at the plain values (dicts, lists, scalars; not yet validated, so of any shape) and
    gives further problems. Raises Refused listing everything found: YAML that doesn't parse, a key
    twice in one mapping, and every error of the model and of `check`, each with line and field.
    """
    top, data = None, quick_values(text)
    if data is UNREAD:
        top, data = _load(text, name)
    problems = [] if check is None else list(check(data))
    found = None
    try:
        found = model.model_validate(data)
    except ValidationError as error:
        problems += [_as_problem(details) for details in error.errors(include_url=False)]
    if found is None or problems:
        raise _refusal(name, top or quick_places(text), problems)
    return found


def _load(text: str, name: str) -> tuple[Place, Any]:
    """Return places and plain values as PyYAML's own parser reads them; raises Refused for what isn't YAML."""
    try:
        loader = Loader(text)
        node = loader.get_single_node()
        if node is None:
            raise Refused("the file is empty", where=name)
        # Before the values are made: of a key given twice they hold only the last.
        found = list(faults(node))
        if found:
            raise _listed(name, found)
        data = loader.construct_document(node)
        return places(node), data
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        what = ", ".join(part for part in (error.context, error.problem) if part)
        raise Refused(
            f"this is not valid YAML: {what}",
            where=name + line,
            fix="Look at this line and the one before; a text with ': ' or ' #' in it needs quotes.",
        ) from error
    except yaml.reader.ReaderError as error:
        line_number = text.count("\n", 0, error.position) + 1
        raise Refused(
            f"a character that YAML doesn't allow: U+{error.character:04X}",
            where=f"{name}, line {line_number}",
            fix="Remove it.",
        ) from error
    except RecursionError:
        raise Refused("the file is nested too deeply", where=name) from None


def _as_problem(details: ErrorDetails) -> Problem:
    """Say a pydantic error in the words of someone who writes YAML."""
    location, kind, value = details["loc"], details["type"], details["input"]
    context = details.get("ctx", {})
    if kind == OWN_PROBLEM:
        return Problem(location, context["what"], context["fix"], context["line"])
    if kind == "missing":
        return Problem(location, "this field is missing", "Add it.")
    if kind == "extra_forbidden":
        return Problem(location, "unknown field", "Remove it, or correct its spelling.")
    if kind == "value_error":
        return Problem(location, str(context["error"]))
    if value is None:
        return Problem(location, "there is no value here", "Write one, or remove the field.")
    if kind == "string_type" and not isinstance(value, dict | list):
        return Problem(location, f"must be text, and YAML reads {value!r} here", "Put it in quotes.")
    if kind == "string_too_short" and not value:
        return Problem(location, "is empty", "Write a text, or remove the field.")
    if kind in ("tuple_type", "list_type"):
        return Problem(location, "must be a list ('- ' before each item)")
    if kind in ("model_type", "model_attributes_type"):
        return Problem(location, f"must be fields with values ('name: value'), not {short(value)}")
    what = details["msg"][:1].lower() + details["msg"][1:]
    return Problem(location, what if isinstance(value, dict | list) else f"{what}: {short(value)}")


def _refusal(name: str, top: Place, problems: Sequence[Problem]) -> Refused:
    located = [(_line(top, each), each.location, each.what, each.fix) for each in problems]
    return _listed(name, located)


def _listed(name: str, problems: Sequence[tuple[int, Location, str, str]]) -> Refused:
    """One refusal for all problems, in the order of the file; the same one twice is told once."""
    told = sorted({(line, _field(location), what, fix) for line, location, what, fix in problems})
    if len(told) == 1:
        line, field, what, fix = told[0]
        return Refused(what, where=f"{name}, line {line}{field}", fix=fix)
    lines = [f"{name}, line {line}{field}: {what}. {fix}".rstrip() for line, field, what, fix in told]
    return Refused(f"{len(told)} problems", where=name, fix="Nothing of it was stored.", problems=lines)


def _field(location: Location) -> str:
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return f", field {steps.removeprefix('.')}" if steps else ""


def _line(top: Place, problem: Problem) -> int:
    """Find the line, from 1, at which a problem's place begins."""
    place, line = top, top.line
    for step in problem.location:
        if isinstance(step, int) and step < len(place.items):
            place = place.items[step]
            line = place.line
        elif str(step) in place.fields:
            line, place = place.fields[str(step)]
        # Otherwise it is a missing field, or a step that is pydantic's and not the file's.
    if problem.line_in_value is not None and place.is_block:
        return place.line + problem.line_in_value
    return line
