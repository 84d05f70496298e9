from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from composer.task.task import Task, load_task

TASKS = Path(__file__).parents[3] / "data" / "tasks"


@pytest.fixture
def relatedness() -> Task:
    return load_task(TASKS / "relatedness.yaml")


@pytest.fixture
def polarity() -> Task:
    return load_task(TASKS / "polarity.yaml")


@pytest.fixture
def similarity() -> Task:
    return load_task(TASKS / "similarity.yaml")


@pytest.fixture(scope="session")
def imported() -> Callable[..., Task]:
    """Make a task over a user's own rows: two texts, ratings 1 to 5; keywords change its data section."""

    def make(**data: Any) -> Task:
        return Task.model_validate(
            {
                "name": "own",
                "title": "Own data",
                "inputs": ["query", "document"],
                "output": {"field": "rating", "kind": "ordinal", "low": 1, "high": 5},
                "base": "Rate it.\n{{snippets}}",
                "message": "{{query}}\n{{document}}",
                "data": {"source": "import", **data},
            }
        )

    return make


@pytest.fixture
def rated() -> Task:
    """A task over a user's own rows: one text, ratings 1 to 5."""
    return Task.model_validate(
        {
            "name": "rated",
            "title": "Rated texts",
            "inputs": ["message"],
            "output": {"field": "urgency", "kind": "ordinal", "low": 1, "high": 5},
            "base": "Rate it.\n{{snippets}}",
            "message": "{{message}}",
            "data": {"source": "import"},
        }
    )
