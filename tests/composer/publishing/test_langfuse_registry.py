"""Pushing into Langfuse: its own client, against a stub of its documented API."""

from __future__ import annotations

import pytest

from composer.formats.prompt import ExportedPrompt
from composer.publishing.langfuse_registry import LangfuseRegistry, langfuse_registry
from composer.publishing.pushing import planned, push
from library.errors import Refused
from tests.composer.publishing.conftest import exported
from tests.composer.publishing.langfuse_stub import KEYS, Held, langfuse

INPUTS = {"first": "one\n \\1 “two” {{second}}", "second": " three"}


def pushed(registry: LangfuseRegistry, prompt: ExportedPrompt, alias: str | None, name: str = "team/pairs") -> int:
    plan = planned(registry, prompt, prompt.fingerprint, name, alias)
    return push(registry, prompt, prompt.fingerprint, plan)


def test_what_is_stored_makes_the_measured_messages(prompt: ExportedPrompt) -> None:
    held = Held()
    with langfuse(held) as address:
        registry = langfuse_registry(address, KEYS)
        assert pushed(registry, prompt, "production") == 1
        assert registry.stored("team/pairs", 1, INPUTS) == prompt.messages(INPUTS)
    [stored] = held.prompts["team/pairs"]
    assert [(one["role"], one["content"]) for one in stored["prompt"]] == [
        (one["role"], one["content"]) for one in prompt.template
    ]
    assert stored["config"] == {
        "model": "small",
        "max_tokens": 16,
        "temperature": 0.0,
        "composer": {"pack": prompt.fingerprint, "manifest": prompt.manifest},
    }


def test_no_label_is_given_that_was_not_named(prompt: ExportedPrompt) -> None:
    held = Held()
    with langfuse(held) as address:
        pushed(langfuse_registry(address, KEYS), prompt, None)
    assert held.prompts["team/pairs"][0]["labels"] == ["latest"]


def test_a_label_moves_and_others_stay(prompt: ExportedPrompt) -> None:
    held = Held()
    with langfuse(held) as address:
        registry = langfuse_registry(address, KEYS)
        pushed(registry, prompt, "production")
        held.relabel("team/pairs", 1, ["eu"])
        pushed(registry, exported("Another prompt.", release=4), "production")
        assert [one["labels"] for one in held.prompts["team/pairs"]] == [["eu"], ["latest", "production"]]
        assert pushed(registry, prompt, "production") == 1
        assert [one["labels"] for one in held.prompts["team/pairs"]] == [["eu", "production"], ["latest"]]


def test_a_dry_run_only_reads(prompt: ExportedPrompt) -> None:
    held = Held()
    with langfuse(held) as address:
        planned(langfuse_registry(address, KEYS), prompt, prompt.fingerprint, "pairs", "production")
    assert {method for method, _ in held.requests} == {"GET"}


def test_a_stray_opening_that_swallows_the_next_variable_is_refused() -> None:
    hostile = exported(message="Braces {{ open. First: {{first}} Second: {{second}}")
    with langfuse(Held()) as address, pytest.raises(Refused, match="would change the prompt: the user message"):
        planned(langfuse_registry(address, KEYS), hostile, hostile.fingerprint, "pairs", None)


def test_that_the_form_for_langchain_is_another_text_is_said() -> None:
    nested = exported('Answer as {"rating": {"value": N}}.')
    with langfuse(Held()) as address:
        registry = langfuse_registry(address, KEYS)
        assert "use its compile()" in registry.caveats(nested)[0]
        assert registry.caveats(exported("Answer with a number.")) == ()


def test_a_server_that_trims_gets_no_label() -> None:
    held = Held(trims=True)
    with langfuse(held) as address, pytest.raises(Refused, match="has changed the prompt"):
        pushed(langfuse_registry(address, KEYS), exported("Rate it.\n"), "production")
    assert held.prompts["team/pairs"][0]["labels"] == ["latest"]


def test_a_wrong_key_is_refused_in_the_servers_words(prompt: ExportedPrompt) -> None:
    with langfuse(Held()) as address, pytest.raises(Refused, match="Invalid credentials") as refusal:
        pushed(langfuse_registry(address, {**KEYS, "LANGFUSE_SECRET_KEY": "sk-another"}), prompt, None)
    assert "sk-another" not in str(refusal.value)


@pytest.mark.parametrize("name", KEYS)
def test_a_key_that_is_missing_is_named(name: str) -> None:
    with pytest.raises(Refused, match=f"{name} is not set"):
        langfuse_registry("http://127.0.0.1:1", {key: value for key, value in KEYS.items() if key != name})


def test_a_server_that_is_not_there_is_refused_with_its_address(prompt: ExportedPrompt) -> None:
    with pytest.raises(Refused, match=r"Langfuse at http://127.0.0.1:1"):
        pushed(langfuse_registry("http://127.0.0.1:1", KEYS), prompt, None)
