from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from composer.task.task import SLOT, Task, load_task
from library.errors import Refused

TASKS = Path(__file__).parents[3] / "data" / "tasks"

GOOD = """\
name: own
title: Own task
inputs: [query, document]
output: {field: rating, kind: ordinal, low: 1, high: 5}
base: |
  Rate how well the document answers the query.
  {{snippets}}
  Answer with JSON only, in the form {"rating": N}.
message: "{{query}} / {{document}}"
data: {source: import, strata: [2, 4]}
"""


def refused(tmp_path: Path, text: str) -> str:
    path = tmp_path / "task.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        load_task(path)
    return str(refusal.value)


def content(**changes: Any) -> dict[str, Any]:
    return {**yaml.safe_load(GOOD), **changes}


@pytest.mark.parametrize("name", ["relatedness", "polarity", "similarity"])
def test_the_tasks_that_come_with_it_load(name: str) -> None:
    task = load_task(TASKS / f"{name}.yaml")
    assert task.name == name
    assert task.base.split("\n").count(SLOT) == 1


def test_the_metric_follows_from_the_kind_of_output() -> None:
    assert load_task(TASKS / "relatedness.yaml").metric == "nmse"
    assert load_task(TASKS / "polarity.yaml").metric == "accuracy"


def test_the_base_keeps_its_bytes_but_for_blank_lines_around_it() -> None:
    task = Task.model_validate(content(base='\n  \nFirst {x}.\n\n{{snippets}}\nForm {"a": {"b": 1}}  \n\n'))
    assert task.base == 'First {x}.\n\n{{snippets}}\nForm {"a": {"b": 1}}  '
    assert inspect.cleandoc(task.base) == task.base


def test_a_block_message_ends_without_the_line_end_of_yaml() -> None:
    assert Task.model_validate(content(message="{{query}}\n{{document}}\n")).message == "{{query}}\n{{document}}"


def test_the_hash_is_of_the_content_and_not_of_how_it_is_written() -> None:
    first = Task.model_validate(content())
    again = Task.model_validate({**content(risk="low"), "data": {"strata": [2.0, 4], "source": "import"}})
    other = Task.model_validate(content(message="{{query}} // {{document}}"))
    assert first.hash == again.hash == Task.model_validate(first.model_dump(mode="json")).hash
    assert first.hash != other.hash


def test_a_task_that_sets_no_newer_limit_keeps_the_hash_that_approvals_name() -> None:
    polarity = load_task(TASKS / "polarity.yaml")
    assert polarity.hash == "57a6852a1339a450cfec4703234cba3f4e35d4f089cd284f6e4b9465a64e29b6"
    unset = content(snippets={"max_tokens": None}, policy={"keep_incumbent": False, "newer_version": "stale"})
    assert Task.model_validate(unset).hash == Task.model_validate(content()).hash


@pytest.mark.parametrize(
    "set_to",
    [
        {"snippets": {"max_tokens": 60}},
        {"policy": {"keep_incumbent": True}},
        {"data": {"source": "import", "control_tokens": "refuse"}},
        {"policy": {"newer_version": "notice"}},
    ],
)
def test_a_limit_that_is_set_is_part_of_the_hash_and_kept_when_stored(set_to: dict[str, Any]) -> None:
    task = Task.model_validate(content(**set_to))
    assert task.hash != Task.model_validate(content()).hash
    stored = Task.model_validate(task.model_dump(mode="json"))
    assert (stored, stored.hash) == (task, task.hash)


def test_a_task_does_not_change() -> None:
    task = Task.model_validate(content())
    with pytest.raises(ValidationError):
        task.base = "something else"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "says"),
    [
        ("title: Own task", "titel: Own task", 2, "titel", "unknown field"),
        ("kind: ordinal", "kind: ordinal, hihg: 5", 4, "output.hihg", "unknown field"),
        ("  {{snippets}}\n", "", 5, "base", "no slot"),
        ("  Answer", "  {{snippets}}\n  Answer", 8, "base", "2 times"),
        ("  {{snippets}}\n", "  Mind: {{snippets}}\n", 7, "base", "just {{snippets}}"),
        ("  {{snippets}}\n", "  {{snippets}}{{snippets}}\n", 7, "base", "2 times"),
        ("  {{snippets}}\n", "  {{ snippets }}\n", 5, "base", "no slot"),
        ("the query.", "the {{query}}.", 6, "base", "{{query}}"),
        ("the query.", "the\tquery.", 6, "base", "a tab"),
        ("the query.", "the \u202equery.", 6, "base", "U+202E"),
        ("{{query}} / ", "", 9, "message", "{{query}}"),
        ("{{query}} / ", "{{query}} {{title}}", 9, "message", "none of the inputs"),
        ("{{query}} / ", "{{ query }}", 9, "message", "with spaces"),
        ("[query, document]", "[query, query]", 3, "inputs", "twice"),
        ("[query, document]", "[query, gold]", 3, "inputs", "column"),
        ("[query, document]", "[query, Dokument-1]", 3, "inputs", "small letters"),
        ("[query, document]", "[query, instructions]", 3, "inputs", "taken"),
        ("field: rating", "field: query", 4, "output", "an input already"),
        ("low: 1, ", "", 4, "output.low", "both ends"),
        ("low: 1", "low: 5", 4, "output.high", "larger than low"),
        ("high: 5", "high: 5, labels: [a, b]", 4, "output.labels", "no labels"),
        (
            "kind: ordinal, low: 1, high: 5",
            "kind: label, labels: [yes it is]",
            4,
            "output.labels",
            "two labels",
        ),
        ("kind: ordinal, low: 1, high: 5", "kind: label, labels: [Yes, yes]", 4, "output.labels", ""),
        ("[2, 4]", "[2, 7]", 10, "data", "between 1 and 5"),
        ("[2, 4]", "[4, 2]", 10, "data.strata", "rise"),
        ("[2, 4]", "[2, 4], splits: {authoring: 0.2, dev: 0.4, test: 0.5}", 10, "data.splits", "1.1"),
        ("[2, 4]", "[2, 4], sample: {test: 0}", 10, "data.sample.test", ""),
        ("data: {", "snippets: {max_tokens: 0}\ndata: {", 10, "snippets.max_tokens", ""),
        ("data: {", "policy: {keep_incumbent: perhaps}\ndata: {", 10, "policy.keep_incumbent", ""),
        ("data: {", "policy: {newer_version: ignore}\ndata: {", 10, "policy.newer_version", ""),
        ("source: import", "source: lee, words: 0", 10, "data.words", ""),
        ("source: import", "source: elsewhere", 10, "data.source", ""),
        ("name: own", "name: Own task", 1, "name", ""),
        ("name: own", "name: own\nname: other", 2, "name", "twice"),
        ("Own task", '""', 2, "title", "empty"),
    ],
)
def test_a_wrong_task_is_refused_with_line_and_field(
    tmp_path: Path, old: str, new: str, line: int, field: str, says: str
) -> None:
    assert old in GOOD
    message = refused(tmp_path, GOOD.replace(old, new, 1))
    assert "task.yaml" in message
    assert f"line {line}, field {field}" in message
    assert says in message


@pytest.mark.parametrize(
    "base",
    [
        "{{snippets}}",
        "Rate it.\n\n{{snippets}}",
        "{{snippets}}\n\nRate it.",
        "Rate it.\n{{snippets}}\n  Answer\n  so.",
        "Rate it.\n  {{snippets}}\n  Answer so.",
        "  Rate it.\n{{snippets}}",
    ],
)
def test_a_base_that_dspy_would_alter_is_refused(base: str) -> None:
    with pytest.raises(ValidationError, match="base"):
        Task.model_validate(content(base=base))


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    message = refused(tmp_path, GOOD.replace("title", "titel").replace("low: 1", "low: 9"))
    assert "field titel" in message
    assert "field title" in message
    assert "field output.high" in message


def test_a_task_of_50_mb_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "task.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(Refused, match="too large"):
        load_task(path)


def test_a_task_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "task.yaml"
    path.write_bytes(GOOD.replace("Own task", "Für alle").encode("latin-1"))
    with pytest.raises(Refused, match=r"not UTF-8.*line 2"):
        load_task(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"inputs": ["query"], "message": "{{query}}", "data": {"source": "lee"}},
        {"output": {"field": "rating", "kind": "ordinal", "low": 0, "high": 5}, "data": {"source": "lee"}},
        {"data": {"source": "pang_lee"}},
    ],
)
def test_a_task_that_does_not_fit_its_source_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="source"):
        Task.model_validate(content(**changes))


def test_a_copy_with_other_fields_has_a_hash_of_its_own() -> None:
    task = Task.model_validate(content())
    known = task.hash
    copy = task.model_copy(update={"title": "Another"})
    assert copy.hash == Task.model_validate(copy.model_dump(mode="json")).hash != known == task.hash
