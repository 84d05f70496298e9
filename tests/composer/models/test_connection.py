"""The language model that asks a target: its settings, its key, when it is loaded, and when it is fetched."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer.models.connection import connect, language_model, release
from composer.models.embedded import EmbeddedEngine
from composer.models.server import ServerEngine
from composer.models.target import Target
from library.errors import Refused

EMBEDDED = {"name": "small", "kind": "embedded", "model": "qwen2.5-coder-0.5b"}
SERVER = {"name": "far", "kind": "server", "model": "org/model", "api_base": "http://127.0.0.1:8000/v1"}


def test_a_key_that_the_environment_lacks_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FAR_KEY", raising=False)
    with pytest.raises(Refused, match="FAR_KEY"):
        language_model(Target.model_validate({**SERVER, "api_key_env": "FAR_KEY"}))


def test_language_models_keep_no_cache_and_carry_the_settings() -> None:
    expected = {"max_tokens": 9, "seed": 4, "temperature": 0.5}
    for content, settings in ((EMBEDDED, "kwargs"), (SERVER, "request_fields")):
        lm = language_model(Target.model_validate({**content, **expected}))
        assert lm.cache is False
        assert {key: getattr(lm, settings)[key] for key in expected} == expected
        release(lm)


def test_an_embedded_model_is_not_loaded_before_it_is_asked(tmp_path: Path) -> None:
    lm = language_model(Target.model_validate(EMBEDDED), folder=tmp_path)
    assert isinstance(lm.engine, EmbeddedEngine)
    release(lm)


def test_a_model_carries_the_name_of_its_target_for_messages() -> None:
    lm = language_model(Target.model_validate(SERVER))
    assert lm.target_name == "far"
    release(lm)


def test_a_server_is_connected_without_fetching_anything() -> None:
    reported: list[str] = []
    lm = connect(Target.model_validate(SERVER), reported.append)
    assert isinstance(lm.engine, ServerEngine)
    assert reported == []
    release(lm)
