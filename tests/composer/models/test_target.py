"""Targets: what a target file may hold, and what identifies a target."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from composer.models.catalogue import CATALOGUE, find_model
from composer.models.target import Target, load_target
from library.errors import Refused

TARGETS = Path(__file__).parents[3] / "data" / "targets"
EMBEDDED = {"name": "small", "kind": "embedded", "model": "qwen2.5-coder-0.5b"}
SERVER = {"name": "far", "kind": "server", "model": "org/model", "api_base": "http://127.0.0.1:8000/v1"}


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "target.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("path", sorted(TARGETS.rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_target_file_that_comes_along_is_accepted(path: Path) -> None:
    assert load_target(path).hash


def test_every_model_of_the_catalogue_has_a_target_of_its_name() -> None:
    assert {load_target(path).name for path in TARGETS.glob("*.yaml")} == {model.name for model in CATALOGUE}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ("max_tokens: 0", "max_tokens"),
        ("temperature: -1", "temperature"),
        ("seed: -1", "seed"),
        ("colour: blue", "colour"),
        ("kind: rented", "kind"),
        ("api_base: 127.0.0.1:8000", "api_base"),
        ("api_base: http://user:secret@127.0.0.1/v1", "api_base"),
        ("api_base: http://127.0.0.1:99999/v1", "api_base"),
        ("api_base: http://127.0.0.1/v1?key=secret", "api_base"),
        ("api_key_env: not a name", "api_key_env"),
        ("name: Two Words", "name"),
    ],
)
def test_a_wrong_field_is_refused_naming_file_and_field(tmp_path: Path, change: str, field: str) -> None:
    key = change.partition(":")[0]
    lines = [f"{name}: {value}" for name, value in SERVER.items() if name != key]
    with pytest.raises(Refused) as refusal:
        load_target(written(tmp_path, "\n".join([*lines, change, ""])))
    assert field in str(refusal.value)
    assert "target.yaml" in str(refusal.value)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({**EMBEDDED, "model": "gpt"}, "qwen2.5-coder-0.5b"),
        ({**EMBEDDED, "api_base": "http://127.0.0.1/v1"}, "kind: server"),
        ({key: value for key, value in SERVER.items() if key != "api_base"}, "api_base"),
    ],
    ids=["unknown model", "an embedded target with an address", "a server without one"],
)
def test_fields_that_contradict_each_other_are_refused(tmp_path: Path, content: dict[str, str], said: str) -> None:
    with pytest.raises(Refused, match=said):
        load_target(written(tmp_path, "".join(f"{key}: {value}\n" for key, value in content.items())))


@pytest.mark.parametrize("content", [EMBEDDED, SERVER], ids=["embedded", "server"])
def test_what_changes_answers_changes_the_hash_and_nothing_else_does(content: dict[str, str]) -> None:
    plain = Target.model_validate(content)
    others = {"name": "other", "parallel": 4, "threads": 1, "timeout": 5, "price_per_million_tokens": 1.5}
    assert plain.hash == Target.model_validate({**content, **others}).hash
    changes = [{"max_tokens": 17}, {"temperature": 0.5}, {"seed": 1}]
    hashes = {Target.model_validate({**content, **change}).hash for change in changes}
    assert len(hashes | {plain.hash}) == 4


def test_the_identity_of_an_embedded_target_holds_the_bytes_of_its_model() -> None:
    identity = Target.model_validate(EMBEDDED).identity
    assert identity["sha256"] == find_model("qwen2.5-coder-0.5b").sha256


def test_the_same_model_behind_another_address_is_another_target() -> None:
    near = Target.model_validate(SERVER)
    assert Target.model_validate({**SERVER, "api_base": "http://127.0.0.1:9000/v1"}).hash != near.hash
    assert Target.model_validate({**SERVER, "api_base": "http://127.0.0.1:8000/v1/"}).hash == near.hash


def test_a_stored_target_reads_back_as_the_same() -> None:
    target = Target.model_validate(SERVER)
    assert Target.model_validate(target.model_dump(mode="json")) == target


def test_a_server_whose_model_refuses_settings_is_asked_without_them() -> None:
    extra = {"reasoning_effort": "low", "chat_template_kwargs": {"enable_thinking": False}}
    changes = {"temperature": None, "seed": None, "max_tokens_field": "max_completion_tokens", "extra_body": extra}
    assert Target.model_validate({**SERVER, **changes}).request_fields == {"max_completion_tokens": 16, **extra}


def test_settings_left_out_and_further_fields_make_another_target() -> None:
    changes = [{"temperature": None}, {"seed": None}, {"extra_body": {"top_k": 1}}, {"extra_body": {"top_k": 2}}]
    hashes = {Target.model_validate({**SERVER, **change}).hash for change in [{}, *changes]}
    assert len(hashes) == len(changes) + 1


@pytest.mark.parametrize("field", ["messages", "temperature", "max_completion_tokens", "stream"])
def test_a_further_field_can_not_be_one_that_is_filled_in(tmp_path: Path, field: str) -> None:
    lines = [f"{name}: {value}" for name, value in SERVER.items()]
    with pytest.raises(Refused, match=f"{field} can't be set in extra_body"):
        load_target(written(tmp_path, "\n".join([*lines, f"extra_body: {{{field}: 1}}", ""])))


@pytest.mark.parametrize("change", [{"temperature": None}, {"seed": None}, {"extra_body": {"top_k": 1}}])
def test_an_embedded_target_leaves_nothing_out(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="always a temperature and a seed"):
        Target.model_validate({**EMBEDDED, **change})


@pytest.mark.parametrize("content", [EMBEDDED, SERVER], ids=["embedded", "server"])
def test_what_becomes_of_a_prompt_on_its_way_counts_only_where_a_target_says_so(content: dict[str, str]) -> None:
    plain = Target.model_validate(content)
    assert plain.hash == Target.model_validate({**content, "system": "role", "template_sha256": None}).hash
    assert {"system", "template_sha256"}.isdisjoint(plain.identity)
    changes = [{"system": "merge"}, {"template_sha256": "a" * 64}, {"template_sha256": "b" * 64}]
    hashes = {Target.model_validate({**content, **change}).hash for change in changes}
    assert len(hashes | {plain.hash}) == 4


@pytest.mark.parametrize("change", ["system: user", "template_sha256: abc"])
def test_a_wrong_way_of_sending_is_refused(tmp_path: Path, change: str) -> None:
    lines = [*(f"{name}: {value}" for name, value in SERVER.items()), change, ""]
    with pytest.raises(Refused, match=change.partition(":")[0]):
        load_target(written(tmp_path, "\n".join(lines)))


def vendor_target(api: str, **changes: Any) -> Target:
    content = {"name": "far", "kind": "server", "api": api, "model": "m", "api_key_env": "FAR_KEY"}
    return Target.model_validate({**content, **changes})


def test_a_vendor_s_own_address_needs_no_writing() -> None:
    assert vendor_target("anthropic").api_base == "https://api.anthropic.com/v1"
    assert vendor_target("gemini").api_base == "https://generativelanguage.googleapis.com/v1beta"
    assert vendor_target("gemini", api_base="http://127.0.0.1:9/x").api_base == "http://127.0.0.1:9/x"
    with pytest.raises(ValidationError, match="needs api_base"):
        vendor_target("openai")


def test_settings_go_out_by_the_names_of_the_api() -> None:
    assert vendor_target("anthropic").request_fields == {"max_tokens": 16, "temperature": 0.0}
    assert vendor_target("gemini", temperature=None).request_fields == {
        "generationConfig": {"maxOutputTokens": 16, "seed": 0}
    }


@pytest.mark.parametrize(
    ("api", "changes", "said"),
    [
        ("anthropic", {"seed": 3}, "knows no seed"),
        ("anthropic", {"temperature": 1.5}, "the highest of Anthropic's"),
        ("anthropic", {"extra_body": {"system": "x"}}, "system can't be set"),
        ("anthropic", {"max_tokens_field": "max_completion_tokens"}, "one name for max_tokens"),
        ("gemini", {"extra_body": {"contents": []}}, "contents can't be set"),
        ("gemini", {"extra_body": {"generationConfig": {"temperature": 1}}}, "temperature can't be set"),
        ("gemini", {"extra_body": {"generationConfig": 3}}, "no mapping"),
        ("gemini", {"template_sha256": "0" * 64}, "no chat template"),
    ],
)
def test_what_an_api_does_not_know_is_refused(api: str, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        vendor_target(api, **changes)


def test_an_api_is_part_of_the_identity_where_it_is_another_than_openai_s() -> None:
    same = {"api_base": "http://127.0.0.1:9/v1", "seed": None}
    hashes = {vendor_target(api, **same).hash for api in ("openai", "anthropic", "gemini")}
    assert len(hashes) == 3
    assert "api" not in vendor_target("openai", **same).identity
    again = Target.model_validate(vendor_target("anthropic").model_dump(mode="json"))
    assert again == vendor_target("anthropic")


@pytest.mark.parametrize(
    ("prices", "said"),
    [
        ({"input": 1.0}, "one of two prices is missing"),
        ({"input": 1.0, "output": 5.0, "": 2.0}, "two prices for the same tokens"),
    ],
)
def test_prices_are_one_or_two(prices: dict[str, float], said: str) -> None:
    named = {f"price_per_million_{name}{'_' * bool(name)}tokens": price for name, price in prices.items()}
    with pytest.raises(ValidationError, match=said):
        vendor_target("gemini", **named)
