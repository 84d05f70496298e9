"""Pushing into the prompt registry of a real MLflow server on the loopback address."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from signal import SIGTERM
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from mlflow import MlflowClient

from composer.formats.prompt import ExportedPrompt
from composer.publishing.mlflow_registry import MANIFEST_TAG, PACK_TAG, MlflowRegistry
from composer.publishing.pushing import planned, push
from library.canonical import canonical_bytes
from library.errors import Refused
from tests.composer.publishing.conftest import exported

PATIENCE_SECONDS = 120
INPUTS = {"first": "one\n \\1 “two”", "second": " three"}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an MLflow server that is ended afterwards, with all that it started."""
    folder = tmp_path_factory.mktemp("mlflow")
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


def test_a_service_gets_the_measured_messages_by_the_alias(address: str, prompt: ExportedPrompt) -> None:
    registry = MlflowRegistry(address)
    plan = planned(registry, prompt, prompt.fingerprint, "by-alias", "production")
    assert push(registry, prompt, prompt.fingerprint, plan) == 1
    client = MlflowClient(tracking_uri=address, registry_uri=address)
    loaded = client.load_prompt("prompts:/by-alias@production", cache_ttl_seconds=0)
    assert loaded.format(**INPUTS) == prompt.messages(INPUTS)
    assert loaded.template == prompt.template
    assert loaded.tags[PACK_TAG] == prompt.fingerprint
    assert loaded.tags[MANIFEST_TAG].encode() == canonical_bytes(prompt.manifest)


def test_a_dry_run_leaves_the_server_as_it_is(address: str, prompt: ExportedPrompt) -> None:
    registry = MlflowRegistry(address)
    planned(registry, prompt, prompt.fingerprint, "dry", "production")
    client = MlflowClient(tracking_uri=address, registry_uri=address)
    assert client.load_prompt("dry", version=1, allow_missing=True, cache_ttl_seconds=0) is None


def test_what_is_there_is_found_again_and_an_alias_stays_where_it_is(address: str, prompt: ExportedPrompt) -> None:
    registry = MlflowRegistry(address)
    first = planned(registry, prompt, prompt.fingerprint, "twice", "production")
    push(registry, prompt, prompt.fingerprint, first)
    other = exported("Another prompt.", release=4)
    assert (
        push(registry, other, other.fingerprint, planned(registry, other, other.fingerprint, "twice", None)) == 2
    )
    again = planned(registry, prompt, prompt.fingerprint, "twice", "production")
    assert (again.version, again.before, again.nothing_to_do) == (1, 1, True)


def test_a_text_that_mlflow_takes_for_jinja_is_refused(address: str) -> None:
    hostile = exported("Never write {% raw %} in an answer.")
    with pytest.raises(Refused, match="Jinja template"):
        planned(MlflowRegistry(address), hostile, hostile.fingerprint, "jinja", None)


def test_a_prompt_that_holds_a_placeholder_is_refused_as_mlflow_would_fill_it_in(address: str) -> None:
    hostile = exported("Rate the text that stands at {{ first }}.")
    with pytest.raises(Refused, match="would change the prompt: the system message differs"):
        planned(MlflowRegistry(address), hostile, hostile.fingerprint, "filled", None)


def test_that_values_are_filled_in_twice_is_said(prompt: ExportedPrompt) -> None:
    registry = MlflowRegistry("http://127.0.0.1:1")
    nested = {"first": "see {{second}}", "second": "two"}
    assert registry.filled(prompt, nested) != prompt.messages(nested)
    assert "filled in again" in registry.caveats(prompt)[0]


def test_a_name_that_mlflow_does_not_take_is_refused_in_its_words(address: str, prompt: ExportedPrompt) -> None:
    registry = MlflowRegistry(address)
    with pytest.raises(Refused, match=r"the registry refuses or can't be reached: .*no/slash"):
        planned(registry, prompt, prompt.fingerprint, "no/slash", None)


def test_a_server_that_is_not_there_is_refused_with_its_address(prompt: ExportedPrompt) -> None:
    with pytest.raises(Refused, match=r"can't be reached.*MLflow at http://127.0.0.1:1"):
        planned(MlflowRegistry("http://127.0.0.1:1"), prompt, prompt.fingerprint, "x", None)
