"""How many cells a second are asked and stored: beside dspy.Evaluate, with a slow endpoint, through a cluster."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import dspy
from dspy.lm15 import Message, Request, Response, TextPart, Usage

from composer.answers.evaluator import Evaluator
from composer.answers.store import DatabaseCells
from composer.bench.slow_endpoint import slow_endpoint
from composer.data.examples import Example
from composer.models.answer import Answer
from composer.models.client import ask
from composer.models.connection import connect, release
from composer.models.target import Target
from composer.prompts.composition import Composition
from composer.prompts.messages import Messages
from composer.task.task import Task
from library.database import open_database

THREADS = 4
ENDPOINT_SLOTS, ENDPOINT_SECONDS = 64, 0.2
COMPUTED_SECONDS = 0.2
"""How long a call of the cluster's measure takes a worker, which computes meanwhile: as a small model's answer."""
REPLY = "[[ ## label ## ]]\npositive\n\n[[ ## completed ## ]]"
"""An answer that DSPy's own adapter can read, too."""
TASK = Task.model_validate(
    {
        "name": "throughput",
        "title": "Made up",
        "inputs": ["text"],
        "output": {"field": "label", "kind": "label", "labels": ["positive", "negative"]},
        "base": "Say whether the text is positive or negative.\n{{snippets}}",
        "message": "Text: {{text}}",
        "data": {"source": "import"},
    }
)


class InstantEngine:
    """Answers every request at once with the same text."""

    def complete(self, request: Request) -> Response:
        """Return the answer."""
        message = Message.assistant([TextPart(REPLY)])
        usage = Usage(input_tokens=1, output_tokens=1, total_tokens=2)
        return Response(id=None, model=request.model, message=message, finish_reason="stop", usage=usage)

    def __deepcopy__(self, memo: dict[int, Any]) -> InstantEngine:
        """Return itself."""
        return self


def examples_of(count: int) -> tuple[Example, ...]:
    """Return so many made-up examples."""
    return tuple(
        Example(id=f"e{n}", inputs={"text": f"text {n}"}, gold="positive", split="dev", clusters=(f"e{n}",))
        for n in range(count)
    )


def stored_a_second(lm: dspy.LM, count: int, threads: int = THREADS) -> float:
    """Return how many cells a second are asked of a model and stored in a new SQLite database."""
    with ThreadPoolExecutor(threads) as executor:
        return _stored(partial(ask, lm), executor, threads, count)


def evaluated_a_second(lm: dspy.LM, count: int, threads: int = THREADS) -> float:
    """Return how many examples a second dspy.Evaluate asks with an ordinary program, storing none."""
    data = [dspy.Example(text=f"text {n}", label="positive").with_inputs("text") for n in range(count)]
    evaluate = dspy.Evaluate(
        devset=data,
        metric=lambda example, found, trace=None: example.label == found.label,  # noqa: ARG005 - as DSPy calls it
        num_threads=threads,
        display_progress=False,
        display_table=False,
    )
    logging.getLogger("dspy.evaluate").setLevel(logging.WARNING)  # it prints a line of its own each time
    begun = time.perf_counter()
    with dspy.context(lm=lm):
        evaluate(dspy.Predict("text -> label"))
    return count / (time.perf_counter() - begun)


def endpoint_share(count: int) -> float:
    """Return the cells stored a second from an endpoint that takes 200 ms, by 64 threads, as a share of 320."""
    with slow_endpoint(ENDPOINT_SECONDS) as address:
        target = Target(
            name="endpoint", kind="server", model="m", api_base=address, parallel=ENDPOINT_SLOTS, seed=None
        )
        lm = connect(target, lambda _text: None)
        try:
            return stored_a_second(lm, count, ENDPOINT_SLOTS) * ENDPOINT_SECONDS / ENDPOINT_SLOTS
        finally:
            release(lm)


def cluster_speedup(count: int) -> float:
    """Return how many times as fast two processes of a Dask cluster are as one, where calls compute for 200 ms."""
    from distributed import Client, LocalCluster

    from composer.answers.cluster import ClusterExecutor

    rates = []
    for workers in (1, 2):
        with (
            LocalCluster(  # type: ignore[no-untyped-call]
                n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=":0"
            ) as own,
            Client(own.scheduler_address, set_as_default=False) as client,  # type: ignore[no-untyped-call]
        ):
            executor = ClusterExecutor(client)
            _stored(computed, executor, 2 * workers, 4 * workers)
            rates.append(_stored(computed, executor, 2 * workers, count * workers))
    return rates[1] / rates[0]


def computed(_messages: Messages) -> Answer:
    """Answer after so many seconds of this process's own work, as a small model does."""
    begun = time.process_time()
    while time.process_time() - begun < COMPUTED_SECONDS:
        sum(range(200))
    return Answer(REPLY, 1, 1, COMPUTED_SECONDS, "stop")


def _stored(call: Callable[[Messages], Answer], executor: Executor, slots: int, count: int) -> float:
    examples = examples_of(count)
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(Path(folder))
        evaluator = Evaluator(TASK, "bench", DatabaseCells(database), call, executor, slots=slots)
        begun = time.perf_counter()
        evaluator.answers(Composition(TASK.base), examples)
        taken = time.perf_counter() - begun
        database.close()
    return count / taken
