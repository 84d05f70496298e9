"""An embedded model's wall time over a whole search, beside raw llama.cpp's and another installation's."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from composer.answers.evaluator import Evaluator
from composer.answers.store import MemoryCells
from composer.data.examples import Example
from composer.models.answer import Answer
from composer.optimizer.optimizer import LibraryComposer, to_dspy
from composer.optimizer.predictor import LibraryPredict
from composer.prompts.messages import Messages
from composer.prompts.vocabulary import Vocabulary

REPLAY = Path(__file__).with_name("throughput_replay.py")
CHUNK = 6
"""Questions that one side asks before it is the next one's turn: each side meets the same load."""


@dataclass(frozen=True)
class Side:
    """Something that asks a model: `raw` or `engine`, the Python that it runs in, and its environment."""

    kind: str
    python: Path = Path(sys.executable)
    environment: Mapping[str, str] | None = None


def questions_of_search(vocabulary: Vocabulary, dev: Sequence[Example], budget: int) -> list[Messages]:
    """Return what the default search asks, in that order, of a model whose answers are made up from its prompt."""
    asked: list[Messages] = []
    output = vocabulary.task.output
    answers: tuple[str | int, ...] = output.labels or tuple(range(output.scale[0], output.scale[1] + 1))

    def answer(messages: Messages) -> Answer:
        asked.append(messages)
        number = int(hashlib.sha256(json.dumps(messages).encode()).hexdigest(), 16)
        text = json.dumps({output.field: answers[number % len(answers)]}, ensure_ascii=False)
        return Answer(text, 1, 1, 0.0, "stop")

    with ThreadPoolExecutor(1) as pool:
        search = LibraryComposer(
            vocabulary, Evaluator(vocabulary.task, "bench", MemoryCells(), answer, pool), budget=budget
        )
        search.compile(LibraryPredict(vocabulary), trainset=[to_dspy(vocabulary.task, one) for one in dev])
    return asked


def seconds_of(
    sides: Sequence[Side],
    model: Path,
    questions: Sequence[Messages],
    *,
    threads: int,
    on_done: Callable[[], None] = lambda: None,
) -> list[float]:
    """Return the seconds that each side took to ask all questions in their order, by turns of a few."""
    taken = [0.0] * len(sides)
    with ExitStack() as stack:
        running = [stack.enter_context(_started(side, model, threads)) for side in sides]
        for process in running:
            _read(process)
        for turn, start in enumerate(range(0, len(questions), CHUNK)):
            part = json.dumps(questions[start : start + CHUNK])
            order = range(len(sides)) if turn % 2 else reversed(range(len(sides)))
            for number in order:
                process = running[number]
                assert process.stdin is not None
                process.stdin.write(f"{part}\n")
                process.stdin.flush()
                taken[number] += _read(process)
            on_done()
    return taken


def _started(side: Side, model: Path, threads: int) -> subprocess.Popen[str]:
    command: list[Any] = [side.python, "-P", REPLAY, side.kind, model, str(threads)]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=side.environment
    )


def _read(process: subprocess.Popen[str]) -> float:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"what asks the model ended with status {process.wait()}")
    return float(line)
