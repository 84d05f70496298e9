"""A task drafted from labelled rows and a prompt: read from both, and said before anything is stored."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from pydantic import ValidationError

from composer.data.columns import TEXTS, ColumnMap, labels_mapped, plain_name
from composer.data.examples import Record
from composer.data.files import records_of
from composer.data.guessing import Labels, label_columns, labels_of, text_columns
from composer.data.tables import Table
from composer.task.fieldnames import field_name
from composer.task.prompthints import answer_fields, answer_format, scales
from composer.task.prompttext import PromptText, placeholders, prompt_text, renamed
from composer.task.task import SPLITS, Task
from library.errors import Refused

FEW, MANY = 100, 400
"""Examples below which most are for the test, and from which some are set aside for authoring."""
_ANY_INPUT = ("input", *TEXTS)
_USUAL = {"ordinal": "rating", "label": "label"}
"""What an output is called, by its kind, where nothing names it."""


@dataclass(frozen=True)
class Wishes:
    """What somebody asked for of a task that is drafted: columns, a scale or labels; the rest is guessed."""

    columns: ColumnMap = field(default_factory=ColumnMap)
    scale: tuple[int, int] | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A task as drafted, the columns it takes and their records; `facts` say what was found, by subject."""

    task: Task
    columns: ColumnMap
    records: tuple[Record, ...]
    facts: tuple[tuple[str, str], ...]


def draft(name: str, table: Table, prompt: str, where: str, wishes: Wishes = Wishes()) -> Draft:
    """Draft the task of this name from a table and a prompt, which `where` names in messages.

    Raises `Refused` where columns or labels can't be told, with every row that is wrong, and where the prompt
    can't be a base.
    """
    columns, prompt = _columns(name, table, prompt, wishes.columns)
    text = prompt_text(prompt, tuple(columns.inputs), where)
    output, said = _output(name, table, columns, prompt, wishes)
    message = text.message or "\n\n".join(f"{_title(one)}: {{{{{one}}}}}" for one in columns.inputs)
    content: dict[str, Any] = {
        "name": name,
        "title": _title(name),
        "inputs": tuple(columns.inputs),
        "output": output,
        "base": text.base,
        "message": message,
        "snippets": {"tags": (name,)},
        "data": {"source": "import", "ties": "first"},
        "policy": {"approvals": 1},
    }
    records = records_of(table, columns, _task(content))
    ties = 0 if columns.gold and not columns.rater else sum(map(_is_tied, records))
    shares, kept = _splits(len(records))
    content["data"] = {"source": "import", "splits": shares, **({"ties": "first"} if ties else {})}
    if output["kind"] == "ordinal":
        content["data"]["strata"] = _strata([float(one.gold) for one in records], output["low"], output["high"])
        content["policy"]["gates"] = {
            "not_worse": ("spearman",),
            "tolerance": {"spearman": 0.1 if len(records) < MANY else 0.05},
        }
    task = _task(content)
    return Draft(task, columns, records, tuple(_facts(task, text, said, kept, ties)))


def guessed_columns(name: str, table: Table, prompt: str, asked: ColumnMap | None = None) -> ColumnMap:
    """Return the columns that a draft of this name would take; raises `Refused` as `draft` does."""
    return _columns(name, table, prompt, asked or ColumnMap())[0]


def _columns(name: str, table: Table, prompt: str, asked: ColumnMap) -> tuple[ColumnMap, str]:
    """Return all columns, and the prompt with its placeholders named as the inputs are.

    The inputs are those asked for, else those that the prompt names in braces, else those that hold texts.
    """
    texts = (*asked.inputs.values(), *text_columns(table, ColumnMap()))
    fields = [plain_name(one) for one in (*answer_fields(prompt, texts), name)]
    found = labels_mapped(table, fields, asked)
    named = placeholders(prompt)
    chosen = dict(found.inputs) or _texts(table, found, named)
    other = [one for one in named if plain_name(one) in _ANY_INPUT or one in placeholders(prompt, doubled=True)]
    if len(chosen) == len(other) == 1:
        chosen = dict(zip(other, chosen.values(), strict=True))
    inputs: dict[str, str] = {}
    for called, column in chosen.items():
        one = field_name(called, {*fields, *_USUAL.values(), *inputs})
        inputs[one] = column
        prompt = renamed(prompt, called, one)
    guessed = frozenset() if asked.inputs else frozenset(inputs)
    found = replace(found, inputs=inputs, guessed=found.guessed - {*found.inputs} | guessed)
    return label_columns(table, found), prompt


def _texts(table: Table, found: ColumnMap, named: Sequence[str]) -> dict[str, str]:
    """Return the columns that the prompt names, by those names; else those that hold texts."""
    spelled = {plain_name(column): column for column in found.free(table)}
    chosen = {one: spelled[plain_name(one)] for one in named if plain_name(one) in spelled}
    chosen = chosen or {one: one for one in text_columns(table, found)}
    if not chosen:
        raise Refused(
            "no column is known to hold the texts",
            where=str(table.path),
            fix=f"Name it with --input COLUMN; there are {', '.join(table.columns)}.",
        )
    return chosen


def _output(
    name: str, table: Table, columns: ColumnMap, prompt: str, wishes: Wishes
) -> tuple[dict[str, Any], str]:
    """Return the output, and how it was found."""
    given = (*columns.inputs, *columns.inputs.values())
    fields, format = answer_fields(prompt, given), answer_format(prompt)
    labels = Labels(texts=wishes.labels) if wishes.labels else labels_of(table, columns)
    usual = _USUAL["label" if labels.texts else "ordinal"]
    named = plain_name(columns.gold) == plain_name(name)
    answer = fields[0] if fields else field_name(name) if named else usual
    said = f"; the prompt asks for {', '.join(fields)}: more than {answer} is malformed" if fields[1:] else ""
    if labels.texts:
        found = "as asked for" if wishes.labels else "the labels of the rows, the most frequent first"
        return {"field": answer, "kind": "label", "format": format, "labels": labels.texts}, found + said
    (low, high), found = _scale(labels, prompt, wishes.scale)
    return {"field": answer, "kind": "ordinal", "format": format, "low": low, "high": high}, found + said


def _scale(labels: Labels, prompt: str, asked: tuple[int, int] | None) -> tuple[tuple[int, int], str]:
    if asked:
        return asked, "as asked for"
    low, high = math.floor(labels.lowest), math.ceil(labels.highest)
    known = scales(prompt)
    for ends in known:
        if ends[0] <= low and high <= ends[1]:
            return ends, "as the prompt says"
    if low == high:
        raise Refused(f"all ratings are {low}, which tells no scale", fix="Name it: --scale 1-5.")
    if known:
        return (low, high), f"the range of the ratings, though the prompt says {known[0][0]} to {known[0][1]}"
    return (low, high), "the range of the ratings: where the scale is wider, name it (--scale 1-5)"


def _splits(number: int) -> tuple[Mapping[str, float], str]:
    if number < FEW:
        return {"authoring": 0.0, "dev": 0.3, "test": 0.7}, "few examples, so most of them test"
    if number < MANY:
        return {"authoring": 0.0, "dev": 0.4, "test": 0.6}, "none is set aside for writing snippets"
    return {"authoring": 0.1, "dev": 0.4, "test": 0.5}, "a tenth to write snippets by"


def _strata(golds: Sequence[float], low: int, high: int) -> tuple[float, ...]:
    """Return cut points between whole numbers that part the golds into about three parts of one size."""
    ordered = sorted(golds)
    thirds = (ordered[len(ordered) // 3], ordered[2 * len(ordered) // 3])
    cuts = [min(max(math.floor(one), low), high - 1) + 0.5 for one in thirds]
    return tuple(cut for number, cut in enumerate(cuts) if number == 0 or cut > cuts[0])


def _is_tied(record: Record) -> bool:
    given = [one for one in record.ratings.values() if isinstance(one, str)]
    counts = sorted((given.count(one) for one in {*given}), reverse=True)
    return any(first == second for first, second in list(pairwise(counts))[:1])


def _facts(task: Task, text: PromptText, said: str, kept: str, ties: int) -> list[tuple[str, str]]:
    output = task.output
    values = f"{output.low} to {output.high}" if output.kind == "ordinal" else ", ".join(output.labels)
    form = f'JSON {{"{output.field}": …}} and nothing else' if output.format == "json" else "nothing but the value"
    shares = zip(SPLITS, task.data.splits.shares, strict=True)
    splits = ", ".join(f"{name} {share:.0%}" for name, share in shares if share)
    gates = task.policy.gates
    rank = f"; rank correlation (Spearman) may fall by {gates.tolerance['spearman']:g}" if gates.not_worse else ""
    tied = [("ties", f"{ties:,} in which raters are tied go to the label listed first")] if ties else []
    return [
        ("answer", f"{output.field}: {values} ({said})"),
        ("form", form),
        *tied,
        *([("prompt", "; ".join(text.notes))] if text.notes else []),
        ("splits", f"{splits} ({kept})"),
        ("release", f"one approval, a gain that is clear of zero, valid answers no rarer{rank}"),
    ]


def _task(content: Mapping[str, Any]) -> Task:
    try:
        return Task.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        context, field = first.get("ctx", {}), ".".join(map(str, first["loc"]))
        what = context.get("what", first["msg"])
        raise Refused(f"{what}", where=f"the drafted task, field {field}", fix=context.get("fix", "")) from error


def _title(name: str) -> str:
    words = name.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]
