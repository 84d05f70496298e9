"""A released prompt as it is exported, made up: what a push puts into a registry."""

from __future__ import annotations

import pytest

from composer.formats.prompt import ExportedPrompt
from composer.task.task import Output


@pytest.fixture
def prompt() -> ExportedPrompt:
    return exported()


def exported(
    prompt: str = 'Rate it.\n- Answer with JSON only, as {"rating": N}.',
    message: str = "First: {{first}}\nSecond: {{second}}",
    release: int = 3,
) -> ExportedPrompt:
    """An exported prompt of two inputs."""
    return ExportedPrompt(
        task="pairs",
        title="Pairs",
        target="small-1.5b",
        model="small",
        request={"max_tokens": 16, "temperature": 0.0},
        system="role",
        prompt=prompt,
        message=message,
        inputs=("first", "second"),
        output=Output(field="rating", kind="ordinal", low=1, high=5),
        fingerprint=f"{release:064x}",
        release=release,
        manifest={"format": 1, "prompt": prompt},
    )
