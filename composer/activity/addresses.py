"""Addresses of the app's pages, within the app: the one place where they are written.

This is what the core and the app agree on: messages of webhooks link to these addresses, and so do pages to each
other. The first part is the path that the app's router gives the page, the rest what the page reads of its query.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, urlencode


def candidate_page(candidate_id: int | str, *, row: str = "") -> str:
    """Return the address of a candidate's review; `row` is the id of an example to show open."""
    return _address("candidate", candidate=candidate_id, **({"row": row} if row else {}))


def run_page(run_id: int | str) -> str:
    """Return the address of a run."""
    return _address("runs", run=run_id)


def adaptation_page(adaptation_id: int | str) -> str:
    """Return the address of an adaptation: a prompt on its way from one target to another."""
    return _address("adapt", adaptation=adaptation_id)


def pick_page(task: str) -> str:
    """Return the address where a prompt is picked by hand for a task."""
    return _address("runs", how="Pick by hand", task=task)


def snippet_page(key: str) -> str:
    """Return the address of a snippet: its history, what it is worth, and what may be done to it."""
    return _address("snippet", key=key)


def library_page(**filters: str) -> str:
    """Return the address of the library under filters, such as `state`, `tag`, `task` and `author`."""
    return _address("library", **filters)


def dead_weight_page() -> str:
    """Return the address of what the library could do without."""
    return _address("library", part="dead weight")


def prompt_page(task: str, target: str) -> str:
    """Return the address of the prompt that is current for a task and target, with its history."""
    return _address("prompts", task=task, target=target)


def task_page(name: str) -> str:
    """Return the address of a task: what it asks for, its labels, and where its prompts stand."""
    return _address("task", name=name)


def matrix_page(task: str = "", **query: str) -> str:
    """Return the address of a task on every target; `query` may name the prompt and the row to open."""
    return _address("matrix", **({"task": task} if task else {}), **query)


def compare_page(task: str, columns: Iterable[str]) -> str:
    """Return the address where prompts of a task stand side by side, each named like `candidate:7`."""
    return _address("compare", task=task, columns=",".join(columns))


def label_page(task: str) -> str:
    """Return the address at which people rate what waits in a task's label queue."""
    return _address("label", task=task)


def disagreements_page(task: str, target: str, *, row: str = "") -> str:
    """Return the address where a task's prompt in use and people differ; `row` is the id of an example to open."""
    return _address("disagreements", task=task, target=target, **({"row": row} if row else {}))


def _address(path: str, **query: object) -> str:
    return f"{path}?{urlencode(query, quote_via=quote)}"
