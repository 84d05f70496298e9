"""Loading what was pushed into a real MLflow server: verified like a pack that lies in a folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from mlflow import MlflowClient

from composer.publishing.mlflow_registry import MlflowRegistry
from composer.publishing.released import push_release
from composer.runtime.following import follow
from composer.runtime.loading import load
from composer.runtime.mlflow_source import MANIFEST_TAG, MlflowSource
from library.database import Database
from library.errors import Refused
from tests import small
from tests.mlflow_server import mlflow_server

NAME = "small.tiny"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with mlflow_server(tmp_path_factory.mktemp("mlflow")) as where:
        yield where


@pytest.fixture
def pushed(address: str, released: Database) -> str:
    """The source of a server that holds what is released for small on tiny, under the alias production."""
    registry = MlflowRegistry(address)
    push_release(released, registry, "small", "tiny", alias="production", by="Grace", at=small.NOW)
    return f"mlflow:{address}"


def test_what_was_pushed_is_loaded_with_its_fingerprint(pushed: str, pack: object) -> None:
    prompt = load("small", target="tiny", source=pushed)
    inputs = {"query": "see {{document}}", "document": " two\n"}
    assert prompt.messages(**inputs) == load("small", target="tiny", source=str(pack)).messages(**inputs)
    assert prompt.fingerprint == load("small", target="tiny", source=str(pack)).fingerprint


def test_a_server_lists_what_has_the_alias(pushed: str) -> None:
    assert MlflowSource(pushed.removeprefix("mlflow:")).listed() == (("small", "tiny"),)
    assert MlflowSource(f"{pushed.removeprefix('mlflow:')}?alias=staging").listed() == ()


def test_a_prompt_that_was_changed_in_the_registry_is_not_loaded(pushed: str, address: str) -> None:
    client = MlflowClient(tracking_uri=address, registry_uri=address)
    before = client.load_prompt(f"prompts:/{NAME}@production", cache_ttl_seconds=0)
    template = [{**one, "content": one["content"] + " Be kind."} for one in before.template]
    tags = {MANIFEST_TAG: before.tags[MANIFEST_TAG]}
    client.set_prompt_alias(NAME, "edited", client.register_prompt(NAME, template, tags=tags).version)
    with pytest.raises(Refused, match=r"does not verify") as refusal:
        load("small", target="tiny", source=f"{pushed}?alias=edited")
    assert "messages.json byte" in str(refusal.value)


def test_a_version_without_a_manifest_is_not_loaded(pushed: str, address: str) -> None:
    client = MlflowClient(tracking_uri=address, registry_uri=address)
    version = client.register_prompt(NAME, [{"role": "user", "content": "Hi"}]).version
    client.set_prompt_alias(NAME, "foreign", version)
    with pytest.raises(Refused, match="was not pushed by `composer push`"):
        load("small", target="tiny", source=f"{pushed}?alias=foreign")


def test_a_service_stays_with_the_last_good_prompt(pushed: str, address: str) -> None:
    now = [0.0]
    followed = follow("small", target="tiny", source=pushed, every=60, wait=60, clock=lambda: now[0])
    good = followed.current
    client = MlflowClient(tracking_uri=address, registry_uri=address)
    version = client.register_prompt(NAME, [{"role": "user", "content": "Hi"}]).version
    before = client.load_prompt(f"prompts:/{NAME}@production", cache_ttl_seconds=0).version
    client.set_prompt_alias(NAME, "production", version)
    now[0] = 61.0
    assert followed.current is good
    assert "was not pushed" in str(followed.problem)
    client.set_prompt_alias(NAME, "production", before)


def test_an_alias_that_is_not_there_is_named_with_the_command_that_makes_it(pushed: str) -> None:
    with pytest.raises(Refused, match=r"no prompt small\.tiny with the alias staging") as refusal:
        load("small", target="tiny", source=f"{pushed}?alias=staging")
    assert "composer push small --target tiny --alias staging --yes" in str(refusal.value)


def test_only_an_alias_is_named_behind_the_address() -> None:
    with pytest.raises(Refused, match="only an alias"):
        MlflowSource("http://127.0.0.1:1?version=3")
