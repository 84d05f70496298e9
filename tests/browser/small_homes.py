"""Homes that a browser test begins in: a few examples of polarity, a small library and embedded models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from composer.data.bundled import read_bundled
from composer.data.dataset import load_examples
from composer.home.paths import Home
from composer.models.target import load_target
from composer.registry.datasets import add_examples
from composer.registry.starter import DATA
from composer.registry.targets import add_target
from composer.registry.tasks import add_task
from composer.task.task import Task, load_task
from library.database import open_database
from library.importing import import_file
from tests.conftest import NOW


def polarity_home(home: Home, data: Mapping[str, Any], targets: Sequence[str], library: str) -> None:
    """Fill a home with polarity, its `data` changed so, bundled targets, and snippets from YAML."""
    content = load_task(DATA / "tasks" / "polarity.yaml").model_dump(mode="json")
    content["data"].update(data)
    task = Task.model_validate(content)
    snippets = home.path.with_name("library.yaml")
    snippets.write_text(library)
    database = open_database(home.path)
    with database.session() as session:
        for name in targets:
            # One thread each: other tests run beside these.
            target = load_target(DATA / "targets" / f"{name}.yaml").model_copy(update={"threads": 1})
            add_target(session, target, by="Ada", at=NOW)
        add_task(session, task, by="Ada", at=NOW)
        add_examples(session, task, load_examples(task, read_bundled(task)), by="Ada", at=NOW)
        import_file(session, snippets, by="Ada", at=NOW)
    database.close()
