"""What `composer bench throughput` asks an embedded model with: raw llama.cpp, or an installation's engine.

Run by its path with `raw` or `engine`, the model's file and a number of threads, in the Python of the installation
that is measured. Reads lists of questions from standard input, one a line as JSON, and prints the seconds that
each took. Names are looked up where they are, or were.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

CONTEXT = 4096
SETTINGS = {"max_tokens": 16, "temperature": 0.0, "seed": 0}


def raw(model: Path, threads: int) -> Callable[[Any], Any]:
    """Return what asks llama.cpp itself, with the settings of an embedded target."""
    import xllamacpp

    wanted = xllamacpp.CommonParams()
    wanted.model.path = str(model)
    wanted.n_ctx, wanted.n_parallel = CONTEXT, 1
    wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = threads
    wanted.verbosity = -1
    wanted.cache_ram_mib = 0
    server = xllamacpp.Server(wanted)
    return lambda messages: server.handle_chat_completions({"messages": messages, **SETTINGS})


def engine(model: Path, threads: int) -> Callable[[Any], Any]:
    """Return what asks as this installation does."""
    import dspy

    made = import_module("composer.models.embedded").EmbeddedEngine(
        lambda: model, context=CONTEXT, parallel=1, threads=threads
    )
    lm = dspy.LM("embedded/bench", engine=made, num_retries=0, cache=False, **SETTINGS)
    where = "composer.models.client" if find_spec("composer.models.client") else "composer.asking"
    return partial(import_module(where).ask, lm)


def main(kind: str, model: str, threads: str) -> None:
    """Answer what standard input asks until it ends."""
    ask = {"raw": raw, "engine": engine}[kind](Path(model), int(threads))
    ask([{"role": "system", "content": "Answer."}, {"role": "user", "content": "Yes?"}])
    print(0.0, flush=True)  # the model is loaded
    for line in sys.stdin:
        begun = time.perf_counter()
        for messages in json.loads(line):
            ask(messages)
        print(time.perf_counter() - begun, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
