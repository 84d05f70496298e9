"""Pushing into the prompt registry of a real MLflow server on the loopback address."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from mlflow import MlflowClient

from composer.formats.prompt import ExportedPrompt
from composer.publishing.mlflow_registry import MlflowRegistry
from composer.publishing.pushing import planned, push
from composer.runtime.mlflow_source import MANIFEST_TAG, PACK_TAG
from library.canonical import canonical_bytes
from library.errors import Refused
from tests.composer.publishing.conftest import exported
from tests.mlflow_server import mlflow_server

INPUTS = {"first": "one\n \\1 “two”", "second": " three"}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with mlflow_server(tmp_path_factory.mktemp("mlflow")) as where:
        yield where


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
