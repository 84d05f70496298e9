"""llama.cpp's own HTTP server on the loopback address, in a process of its own, for tests of it as a target.

`python -m tests.llama_server MODEL KEY` serves a GGUF file, says where in a line of JSON, and ends with its input.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def llama_server(model: Path, key: str) -> Iterator[str]:
    """Give the address of a server's API, up to its version."""
    command = [sys.executable, "-m", "tests.llama_server", str(model), key]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield f"{json.loads(process.stdout.readline())}/v1"
        finally:
            process.stdin.close()
            process.wait()


def main(model: str, key: str) -> None:
    """Serve a model until the input ends."""
    import xllamacpp

    wanted = xllamacpp.CommonParams()
    wanted.model.path = model
    wanted.n_ctx, wanted.n_parallel = 4096, 1
    wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = 1
    wanted.verbosity = -1
    wanted.api_keys = [key]
    wanted.ui = False
    server = xllamacpp.Server(wanted)
    print(json.dumps(server.listening_address), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
