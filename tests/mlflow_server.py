"""A real MLflow server on the loopback address, for tests of what is pushed there and loaded from there."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGTERM
from urllib.error import URLError
from urllib.request import urlopen

PATIENCE_SECONDS = 120


@contextmanager
def mlflow_server(folder: Path) -> Iterator[str]:
    """Yield the address of an MLflow server with its database in a folder; it ends with all that it started."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    where = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "LITELLM_LOCAL_MODEL_COST_MAP": "true",
    }
    store = ["--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}", "--workers", "1"]
    served = ["-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), *store]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *served], cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        while not answers(where):
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < until, (folder / "log").read_text()
            time.sleep(0.2)
        yield where
    finally:
        os.killpg(process.pid, SIGTERM)
        process.wait(60)


def answers(address: str) -> bool:
    try:
        with urlopen(f"{address}/health", timeout=5) as reply:
            return bool(reply.status == 200)
    except (URLError, OSError):
        return False
