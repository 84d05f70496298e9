"""A task written as YAML is the same task when it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer.registry.shipped import DATA
from composer.task.task import load_task
from composer.task.taskfile import as_yaml
from tests import small


@pytest.mark.parametrize("name", ["polarity", "relatedness", "sentiment", "similarity"])
def test_a_task_of_the_product_reads_back_as_it_is(name: str, tmp_path: Path) -> None:
    task = load_task(DATA / "tasks" / f"{name}.yaml")
    (tmp_path / "task.yaml").write_text(as_yaml(task), encoding="utf-8")
    assert load_task(tmp_path / "task.yaml").hash == task.hash


def test_odd_texts_read_back_and_the_base_stands_as_a_block(tmp_path: Path) -> None:
    base = 'Say "yes": no #hash\n{{snippets}}\n\n  - é {"rating": N}  \nEnd.'
    task = small.task(base=base, message="Query: {{query}}\n\tDocument: {{document}}")
    written = as_yaml(task)
    (tmp_path / "task.yaml").write_text(written, encoding="utf-8")
    assert load_task(tmp_path / "task.yaml").hash == task.hash
    assert "format: json" in written
    assert "base: |" in as_yaml(small.task())
