"""A user's own labelled rows, from CSV or JSON Lines: accepted whole, or refused with every wrong line."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from composer.data.examples import Record
from composer.data.near_misses import near_label, other_capitals, other_separator
from composer.task.task import COLUMNS, Task
from library.canonical import digest
from library.control_tokens import control_tokens
from library.errors import Refused
from library.yamlfile import read_text

LIMIT_BYTES = 20_000_000
SAMPLES = 5
"""How many values a problem names that many rows have."""

_OPTIONAL = tuple(name for name in COLUMNS if name != "gold")
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "": False}
# What no database or hash can hold: NUL, and halves of a character that JSON escapes can spell.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

Row = Mapping[str, object]


class _Wrong(ValueError):
    """One field of one row is wrong: which, what, and what to do; `sample` is one of many that have this cause."""

    def __init__(self, name: str, what: str, fix: str, sample: str = "") -> None:
        super().__init__(what)
        self.name, self.what, self.fix, self.sample = name, what, fix, sample


@dataclass
class _Found:
    """A problem with the lines that have it; with samples it is one cause of several."""

    name: str
    what: str
    fix: str
    lines: list[int]
    samples: dict[str, None] = field(default_factory=dict)

    def where(self, path: Path) -> str:
        more = f" and {len(self.lines) - 1:,} more" if len(self.lines) > 1 else ""
        return f"{path}, line {self.lines[0]}{more}" + (f", field {self.name}" if self.name else "")

    @property
    def text(self) -> str:
        some = list(self.samples)[:SAMPLES]
        more = f" and {len(self.samples) - SAMPLES:,} more" if len(self.samples) > SAMPLES else ""
        return self.what + (f": {', '.join(some)}{more}" if some else "")


@dataclass
class _Report:
    """Problems as they are found, each with its lines; reported all at once, and one cause once."""

    path: Path
    found: list[_Found] = field(default_factory=list)
    causes: dict[tuple[str, str], _Found] = field(default_factory=dict)

    def add(self, line: int, name: str, what: str, fix: str, sample: str = "") -> None:
        known = self.causes.get((name, what)) if sample else None
        if known is None:
            known = _Found(name, what, fix, [])
            self.found.append(known)
            if sample:
                self.causes[name, what] = known
        if known.lines[-1:] != [line]:
            known.lines.append(line)
        if sample:
            known.samples[sample] = None

    def check(self) -> None:
        if len(self.found) == 1:
            (one,) = self.found
            raise Refused(one.text, where=one.where(self.path), fix=one.fix)
        if self.found:
            raise Refused(
                f"{len(self.found)} problems",
                where=str(self.path),
                fix="Nothing of it was stored.",
                problems=[f"{one.where(self.path)}: {one.text}. {one.fix}" for one in self.found],
            )


def read_records(path: Path, task: Task) -> tuple[Record, ...]:
    """Read the labelled rows of a .csv or .jsonl file for a task.

    Columns are the task's inputs and `gold`; optional are `id` (else a digest of the inputs), `cluster`
    (several separated by `;`, or a JSON list; else rows with the same inputs share one), `explanation`,
    `slice` and `must_not_regress`. Raises `Refused` with file, line and field when anything is wrong.
    """
    readers: dict[str, Callable[[str, _Report, Task], Iterator[tuple[int, Row]]]] = {
        ".csv": _csv_rows,
        ".jsonl": _json_rows,
    }
    if path.suffix.lower() not in readers:
        raise Refused("neither .csv nor .jsonl", where=str(path), fix="Save the rows as CSV or as JSON Lines.")
    text = read_text(path, limit_bytes=LIMIT_BYTES)
    report = _Report(path)
    records: list[Record] = []
    lines: dict[str, int] = {}
    clusters: dict[str, str] = {}
    for line, row in readers[path.suffix.lower()](text, report, task):
        try:
            record = _record(row, task, clusters)
            _check_new(record, row, lines)
        except _Wrong as wrong:
            report.add(line, wrong.name, wrong.what, wrong.fix, wrong.sample)
            continue
        lines[record.id] = line
        records.append(record)
    report.check()
    if not records:
        raise Refused("the file has no rows", where=str(path), fix="Bring some labelled rows.")
    return tuple(records)


def _check_new(record: Record, row: Row, lines: Mapping[str, int]) -> None:
    """Refuse the id of an earlier line; rows without ids have the same id where their inputs are the same."""
    if record.id not in lines:
        return
    name, same = ("id", "id") if _given(row, "id") else ("", "inputs")
    raise _Wrong(name, f"the same {same} as line {lines[record.id]}", "Keep one, or give each its own id.")


def _csv_rows(text: str, report: _Report, task: Task) -> Iterator[tuple[int, Row]]:
    """Rows of a CSV file with the line on which each begins."""
    if separator := other_separator(text.partition("\n")[0], (*task.inputs, "gold")):
        fix = "Save the file as CSV with commas between the columns."
        report.add(1, "", f"the columns have {separator} between them, and not commas", fix)
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(header, report, task)
        begins = reader.line_num + 1
        for cells in reader:
            if len(cells) == len(header):
                yield begins, dict(zip(header, cells, strict=True))
            elif cells:
                what = f"{len(cells)} cells under {len(header)} column names"
                report.add(begins, "", what, "Put cells that hold a comma into double quotes.")
            begins = reader.line_num + 1
    except csv.Error as error:
        report.add(reader.line_num, "", f"not valid CSV: {error}", "Look for a double quote that isn't closed.")


def _check_header(header: list[str], report: _Report, task: Task) -> None:
    """Refuse a header at once: without the right columns no row can be read."""
    needed = (*task.inputs, "gold")
    near = other_capitals(header, (*task.inputs, *COLUMNS))
    for name, right in near.items():
        what = "a column's name is written with other capitals"
        report.add(1, "", what, "Write it as the task does.", f"{name} for {right}")
    header = [near.get(name, name) for name in header]
    for name, count in Counter(header).items():
        if count > 1:
            report.add(1, name, "the column appears twice", "Keep one of them.")
        if name not in (*task.inputs, *COLUMNS):
            report.add(1, name, "unknown column", f"The columns are {_columns(task)}.")
    for name in needed:
        if name not in header:
            report.add(1, name, "the column is missing", f"The columns are {_columns(task)}, with commas between.")
    report.check()


def _json_rows(text: str, report: _Report, task: Task) -> Iterator[tuple[int, Row]]:
    """Objects of a JSON Lines file with their lines; blank lines are passed over."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line, object_pairs_hook=_unique)
        except _Wrong as wrong:
            report.add(number, wrong.name, wrong.what, wrong.fix)
            continue
        except (ValueError, RecursionError) as error:
            report.add(number, "", f"not valid JSON: {error}", "Write one JSON object a line.")
            continue
        if not isinstance(row, dict):
            report.add(number, "", "not a JSON object", "Write one JSON object a line.")
            continue
        unknown = [name for name in row if name not in (*task.inputs, *COLUMNS)]
        near = other_capitals(list(row), (*task.inputs, *COLUMNS))
        for name in unknown:
            if name in near:
                what = "a field's name is written with other capitals"
                report.add(number, "", what, "Write it as the task does.", f"{name} for {near[name]}")
            else:
                report.add(number, name, "unknown field", f"The fields are {_columns(task)}.")
        if not unknown:
            yield number, row


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    row = dict(pairs)
    if len(row) < len(pairs):
        (twice, _), *_ = Counter(name for name, _ in pairs).most_common(1)
        raise _Wrong(twice, "the field appears twice", "Keep one of them.")
    return row


def _columns(task: Task) -> str:
    return f"{', '.join((*task.inputs, 'gold'))}, and optionally {', '.join(_OPTIONAL)}"


def _given(row: Row, name: str) -> bool:
    return row.get(name) not in (None, "")


def _record(row: Row, task: Task, clusters: dict[str, str]) -> Record:
    """Check one row; `clusters` remembers the id under which the same inputs came first."""
    inputs = {name: _text(row, name, limit=1_000_000) for name in task.inputs}
    for name, text in inputs.items():
        if not text.strip():
            raise _Wrong(name, "the text is empty", "Fill it in, or remove the row.")
        if task.data.control_tokens == "refuse" and (tokens := control_tokens(text)):
            what = f"spells {', '.join(tokens)}, which models read as a control token and not as text"
            raise _Wrong(name, what, "Remove it or the row, or write `control_tokens: warn` in the task's data.")
    content = digest(inputs)
    key = _name(row.get("id"), "id") if _given(row, "id") else content[:16]
    return Record(
        id=key,
        inputs=inputs,
        gold=_gold(row.get("gold"), task),
        # The same inputs in two splits would leak the answers of the one into the other.
        clusters=_clusters(row["cluster"]) if _given(row, "cluster") else (clusters.setdefault(content, key),),
        explanation=_text(row, "explanation", limit=10_000).strip(),
        slice=_text(row, "slice", limit=200).strip(),
        must_not_regress=_truth(row.get("must_not_regress")),
    )


def _text(row: Row, name: str, *, limit: int) -> str:
    text = row.get(name)
    if text is None:
        return ""
    if not isinstance(text, str):
        raise _Wrong(name, f"{_short(text)} is not text", "Put it in double quotes.")
    if found := _UNSTORABLE.search(text):
        raise _Wrong(name, f"holds a character that can't be stored: U+{ord(found[0]):04X}", "Remove it.")
    if len(text) > limit:
        raise _Wrong(name, f"the text has {len(text):,} characters, and {limit:,} is the most", "Shorten it.")
    return text


def _name(value: object, name: str) -> str:
    """An id or a cluster: text, or a whole number that a JSON file gives bare."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    text = _text({name: value}, name, limit=200).strip()
    if not text:
        raise _Wrong(name, "is empty", "Fill it in, or leave the field out.")
    return text


def _clusters(value: object) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else value.split(";") if isinstance(value, str) else [value]
    if not parts:
        raise _Wrong("cluster", "the list is empty", "Name a cluster, or leave the field out.")
    return tuple(dict.fromkeys(_name(part, "cluster") for part in parts))


def _gold(value: object, task: Task) -> float | str:
    if value is None or (isinstance(value, str) and not value.strip()):
        raise _Wrong("gold", "the gold label is missing", "Fill it in, or remove the row.")
    output = task.output
    if output.kind == "label":
        label = value.strip() if isinstance(value, str) else None
        if label not in output.labels and (near := near_label(value, output.labels)):
            raise _Wrong("gold", near.what, near.fix, near.sample)
        if label not in output.labels:
            raise _Wrong(
                "gold", f"{_short(value)} is no label of the task", f"Labels: {', '.join(output.labels)}."
            )
        return label
    low, high = output.scale
    try:
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            raise ValueError
        rating = float(value)
    except (ValueError, OverflowError):
        raise _Wrong("gold", f"{_short(value)} is not a number", f"Write one from {low} to {high}.") from None
    if not low <= rating <= high:
        raise _Wrong("gold", f"{_short(value)} is outside the scale", f"Write a number from {low} to {high}.")
    return rating


def _truth(value: object) -> bool:
    if value is None or isinstance(value, bool):
        return bool(value)
    if isinstance(value, str) and value.strip().lower() in _TRUTH:
        return _TRUTH[value.strip().lower()]
    raise _Wrong("must_not_regress", f"{_short(value)} is neither true nor false", "Write true or false.")


def _short(value: object) -> str:
    text = value.strip() if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
