"""A small task with everything around it: library, labelled data, a target, and homes that hold them."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlmodel import Session, col, select

from composer.data.examples import Dataset, Example
from composer.evaluation.comparison import Side, compare
from composer.evaluation.outcomes import Comparison
from composer.home.paths import Home
from composer.models.answer import Answer
from composer.models.target import Target
from composer.prompts.messages import render
from composer.registry.datasets import add_examples
from composer.registry.targets import add_target
from composer.registry.tasks import add_task
from composer.runs import records as runs
from composer.runs import worker
from composer.runs.plan import plan_proposal, plan_run
from composer.runs.summary import RunResult
from composer.tables import CandidateRow, CellRow
from composer.task.task import Task
from library.canonical import text_digest
from library.database import Database
from library.importing import import_file
from library.versions import SnippetVersion
from tests.scripted import ScriptedEngine, connecting, pretender

NOW = datetime(2026, 1, 1, tzinfo=UTC)

TASK: dict[str, Any] = {
    "name": "small",
    "title": "Small task",
    "inputs": ["query", "document"],
    "output": {"field": "rating", "kind": "ordinal", "low": 1, "high": 5},
    "base": 'Rate the document for the query.\n{{snippets}}\nAnswer with JSON only, as {"rating": N}.',
    "message": "Query: {{query}}\n\nDocument: {{document}}",
    "snippets": {"max": 3},
    "data": {"source": "import"},
}

PROMPT = """You compare a query with a document.
An exact answer to the query rates 5.

Answer with JSON only, as {"rating": N}.
"""
"""A whole prompt that somebody wrote for the small task: its model is better with one of its lines."""
PROMPT_BASE = f"{PROMPT}{{{{snippets}}}}"
"""The base that becomes of it."""

TEXTS = {
    "careful": "Be careful.",
    "recent": "Prefer recent documents; older ones rate one lower.",
    "exact": "An exact answer to the query rates 5.",
    "harsh": "When in doubt, rate 1.",
    "mild": "When in doubt, rate 3.",
    "topic": "Only the topic counts, not the style.",
}
GROUPS = {"harsh": "doubt", "mild": "doubt"}
WORTH = {TEXTS["exact"]: 0.4, TEXTS["topic"]: 0.3, TEXTS["harsh"]: -0.2}
"""Share of right answers that a snippet adds for the pretended model."""


def task(**changes: Any) -> Task:
    return Task.model_validate({**TASK, **changes})


def label_task(**changes: Any) -> Task:
    output = {"field": "label", "kind": "label", "labels": ["good", "bad"]}
    return task(name="labels", output=output, **changes)


def snippet(key: str, text: str, *, number: int = 1, version: int = 1, **changes: Any) -> SnippetVersion:
    values: dict[str, Any] = {
        "id": number,
        "key": key,
        "version": version,
        "text": text,
        "sha256": text_digest(text),
        "state": "vetted",
        "tags": (),
        "group": GROUPS.get(key),
        "rationale": "",
        "author": "Ada",
        "created_at": NOW,
    }
    return SnippetVersion(**{**values, **changes})


def snippets() -> tuple[SnippetVersion, ...]:
    return tuple(snippet(key, text, number=number) for number, (key, text) in enumerate(TEXTS.items(), 1))


def example(number: int, split: str = "dev", **changes: Any) -> Example:
    values: dict[str, Any] = {
        "id": f"{split}-{number:02}",
        "inputs": {"query": f"what is {split} {number}?", "document": f"a {{{{text}}}} of {number} — “é”"},
        "gold": float(1 + number % 5),
        "split": split,
        "clusters": (f"{split}-{number:02}",),
    }
    return Example(**{**values, **changes})


def examples(dev: int = 16, test: int = 16) -> tuple[Example, ...]:
    return (*(example(n, "dev") for n in range(dev)), *(example(n, "test") for n in range(test)))


def write_library(path: Path, texts: Mapping[str, str] = TEXTS, *, tag: str = "small", **states: str) -> Path:
    lines = ["snippets:"]
    for key, text in texts.items():
        lines += [
            f"- key: {key}",
            f"  text: '{text}'",
            f"  state: {states.get(key, 'vetted')}",
            f"  tags: [{tag}]",
        ]
        lines += [f"  group: {GROUPS[key]}"] if key in GROUPS else []
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def fill(
    database: Database,
    folder: Path,
    *,
    of: Task | None = None,
    data: Sequence[Example] | None = None,
    parallel: int = 1,
) -> None:
    """Store the small task, its library, data and target."""
    of = of or task()
    library = write_library(folder / "library.yaml")
    target = Target(name="tiny", kind="embedded", model="qwen2.5-coder-0.5b", parallel=parallel)
    with database.session() as session:
        import_file(session, library, by="Ada", at=NOW)
        add_task(session, of, by="Ada", at=NOW)
        add_examples(session, of, Dataset(tuple(data or examples())), by="Ada", at=NOW)
        add_target(session, target, by="Ada", at=NOW)


def enter(
    database: Database,
    *,
    task: str = "small",
    budget: int = 80,
    seed: int = 0,
    strategy: str = "greedy",
    by: str = "Ada",
) -> int:
    with database.session() as session:
        plan = plan_run(session, task, "tiny", strategy=strategy, seed=seed, budget=budget)
        return runs.enter_run(session, plan, by=by, at=NOW)


def propose(database: Database, *names: str, by: str = "Ada", prompt: str | None = None) -> int:
    """Enter a run that measures the composition of these names, on the base in use or in this prompt."""
    with database.session() as session:
        plan = plan_proposal(session, "small", "tiny", names, prompt=prompt, where="mine.txt" if prompt else "")
        return runs.enter_run(session, plan, by=by, at=NOW)


def engine(of: Task | None = None, data: Sequence[Example] | None = None) -> ScriptedEngine:
    return ScriptedEngine(pretender(of or task(), data or examples(), WORTH, skill=0.3))


def losing() -> ScriptedEngine:
    """The small task's model, which any snippet makes useless on the test examples, and on no others."""
    sealed = {render("", TASK["message"], one.inputs)[1]["content"] for one in examples() if one.split == "test"}
    good = engine().answer

    def answer(system: str, user: str) -> str:
        wrong = user in sealed and any(text in system.split("\n") for text in TEXTS.values())
        return "no idea" if wrong else good(system, user)

    return ScriptedEngine(answer)


class Dying(ScriptedEngine):
    """A scripted model that raises instead of giving its `last`th answer, counted from 1, and ever after."""

    def __init__(self, inner: ScriptedEngine, last: int, problem: BaseException) -> None:
        super().__init__(inner.answer)
        self.last = last
        self.problem = problem
        self._lock = threading.Lock()

    def complete(self, request: Any) -> Any:
        with self._lock:
            if len(self.asked) + 1 >= self.last:
                raise self.problem
            return super().complete(request)


def run(database: Database, home: Home, number: int, model: ScriptedEngine) -> RunResult:
    return worker.work(database, home, number, connect=connecting(model))


def comparable(result: RunResult) -> dict[str, Any]:
    """What two runs of the same plan must agree on."""
    return result.model_dump(exclude={"cells", "seconds"})


def stored_cells(database: Database) -> int:
    with database.session() as session:
        return len(session.exec(select(CellRow.key)).all())


def candidate_rows(session: Session) -> list[CandidateRow]:
    return list(session.exec(select(CandidateRow).order_by(col(CandidateRow.id))))


def answer(text: str, tokens: int = 10) -> Answer:
    return Answer(text, tokens, 4, 0.1, "stop")


def compared(
    of: Task,
    data: Sequence[Example],
    before: Sequence[str],
    after: Sequence[str],
    tokens: tuple[int, int] = (10, 10),
) -> Comparison:
    """Compare two prompts that gave these answers."""
    sides = [Side([answer(text, t) for text in texts]) for texts, t in zip((before, after), tokens, strict=True)]
    return compare(of, data, *sides, np.random.default_rng(0))
