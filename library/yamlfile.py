"""Reading YAML files that people wrote: all problems are listed at once, each with file, line and field."""

import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from library.errors import Refused
from library.validation import OWN_PROBLEM
from library.yamltree import Loader, Location, Place, faults, places, read_quickly, short

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

    Raises Refused if it is missing, not an ordinary file, unreadable, too large (by its size,
    before reading), not UTF-8, or holds a NUL character.
    """
    where = str(path)
    with _readable(path):
        check_file(path, limit_bytes=limit_bytes, wanted="a text file")
        with path.open("rb") as file:
            data = file.read(limit_bytes + 1)
    if len(data) > limit_bytes:  # it grew since its size was taken
        raise _too_large(where, "the file", limit_bytes)
    return _decoded(data, where)


def check_file(path: Path, *, limit_bytes: int, wanted: str) -> None:
    """Raise Refused where a path is not an ordinary file of at most `limit_bytes`; `wanted` is what to name."""
    with _readable(path):
        status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not an ordinary file"
        raise Refused(f"this is {kind}", where=str(path), fix=f"Name {wanted}.")
    if status.st_size > limit_bytes:
        raise _too_large(str(path), f"{_megabytes(status.st_size)} MB", limit_bytes)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn what the system says of a file into a refusal."""
    try:
        yield
    except FileNotFoundError:
        raise Refused("there is no such file", where=str(path), fix="Check the path.") from None
    except OSError as error:
        raise Refused(f"the file can't be read: {error.strerror or error}", where=str(path)) from error
    except ValueError as error:  # a NUL in the path itself
        raise Refused(f"this is not a path: {error}", where=repr(str(path))) from error


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


@dataclass(frozen=True)
class Checked(Generic[M]):
    """A YAML file held against a pydantic model: plain values, the model where they fit it, and what is wrong.

    place: returns where the values begin, which only problems need.
    """

    name: str
    values: Any
    model: M | None
    problems: Sequence[Problem]
    place: Callable[[], Place]

    def accepted(self, further: Iterable[Problem] = ()) -> M:
        """Return the model; raises Refused listing every problem, further ones too, each with line and field."""
        problems = [*further, *self.problems]
        if self.model is None or problems:
            lines = zip(self.lines(problems), problems, strict=True)
            raise _listed(self.name, [(line, each.location, each.what, each.fix) for line, each in lines])
        return self.model

    def lines(self, problems: Sequence[Problem]) -> tuple[int, ...]:
        """Return the line of each of these problems, counted from 1."""
        top = self.place()
        return tuple(_line(top, each) for each in problems)


def read_yaml(path: Path, model: type[M]) -> M:
    """Read a YAML file into a pydantic model.

    Raises Refused for all that read_text and parse_yaml refuse.
    """
    return parse_yaml(read_text(path), str(path), model)


def parse_yaml(text: str, name: str, model: type[M]) -> M:
    """Turn YAML text into a pydantic model; `name` is the file's in messages.

    Raises Refused listing everything found: YAML that doesn't parse, a key twice in one mapping, and every error
    of the model, each with line and field.
    """
    return check_yaml(text, name, model).accepted()


def check_yaml(text: str, name: str, model: type[M]) -> Checked[M]:
    """Hold YAML text against a pydantic model, for further checks of its values, which may be of any shape.

    Raises Refused for YAML that doesn't parse and for a key twice in one mapping.
    """
    quick = read_quickly(text)
    values, place = (quick.values, quick.place) if quick else _load(text, name)
    try:
        return Checked(name, values, model.model_validate(values), (), place)
    except ValidationError as error:
        problems = [_as_problem(details) for details in error.errors(include_url=False)]
        return Checked(name, values, None, problems, place)


def _load(text: str, name: str) -> tuple[Any, Callable[[], Place]]:
    """Return plain values, and what returns their place, by PyYAML's own parser; raises Refused for bad YAML."""
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
        return data, partial(places, node)
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
    """Return a pydantic error as a problem, in the terms of someone who writes YAML."""
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


def _listed(name: str, problems: Sequence[tuple[int, Location, str, str]]) -> Refused:
    """Return one refusal for all problems, in the order of the file, each once."""
    listed = sorted({(line, _field(location), what, fix) for line, location, what, fix in problems})
    if len(listed) == 1:
        line, field, what, fix = listed[0]
        return Refused(what, where=f"{name}, line {line}{field}", fix=fix)
    lines = [f"{name}, line {line}{field}: {what}. {fix}".rstrip() for line, field, what, fix in listed]
    return Refused(f"{len(listed)} problems", where=name, fix="Nothing of it was stored.", problems=lines)


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
