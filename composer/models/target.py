"""Targets: one model with its decoding settings, and the DSPy language model that asks it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, field_validator, model_validator

from composer.models.catalogue import find_model
from composer.models.prices import PRICES, Prices, stated
from composer.models.system_role import SystemRole
from composer.models.vendors import GENERATION_OWN, VENDORS, Api, Vendor
from library.canonical import canonical_bytes, digest
from library.errors import Refused
from library.validation import invalid


class Target(BaseModel):
    """One model with its revision and decoding settings, as a target file states them.

    `model` is a name of the catalogue for an embedded target, the server's own name for the model for a
    server; `api_base` is the server's address up to and with its version (`…/v1`); `api_key_env` names the
    environment variable that holds the key. `api` is what the server speaks; with `anthropic` and `gemini` the
    address may be left out, and is the vendor's own. `max_tokens` bounds an answer, `context` prompt and answer
    together, in tokens. `parallel` is how many answers are asked for side by side, `threads` the cores an
    embedded model uses (when not given, those idle when it is loaded), `timeout` the seconds that a server has for
    an answer, from the question to the last byte of its reply. The first word of `revision` tells the model apart
    from another that the same address and name may come to mean, and each has answers of its own; further words
    name fingerprints that the server has in turn.

    Prices are per million tokens, in any unit of money: one for all tokens, or one for those of the prompt and one
    for those of the answer.

    What a server's model refuses can be left out: `temperature: null` and `seed: null` are not sent,
    `max_tokens_field` is the name under which `max_tokens` goes out, and `extra_body` holds any further
    fields of the request, such as `reasoning_effort: low`.

    `system: merge` is for a model that knows no system role: what would be the system message is put at the start
    of the first user message (`composer.models.system_role`). `template_sha256` holds the model to one chat
    template: where the target shows another, it is refused.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$", max_length=100)
    kind: Literal["embedded", "server"]
    api: Api = "openai"
    model: str = Field(min_length=1, max_length=200)
    revision: str | None = Field(default=None, pattern=r"^[^\s]+( [^\s]+)*$", max_length=1000)
    api_base: str | None = None
    api_key_env: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    max_tokens: int = Field(default=16, ge=1, le=8192)
    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    temperature: float | None = Field(default=0.0, ge=0, le=2)
    seed: int | None = Field(default=0, ge=0, le=2**31 - 1)
    extra_body: dict[str, JsonValue] = Field(default_factory=dict)
    system: SystemRole = "role"
    template_sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    context: int = Field(default=4096, ge=256, le=1_048_576)
    parallel: int = Field(default=1, ge=1, le=64)
    threads: int | None = Field(default=None, ge=1, le=512)
    timeout: float = Field(default=120.0, gt=0, le=3600)
    price_per_million_tokens: float | None = Field(default=None, ge=0)
    price_per_million_input_tokens: float | None = Field(default=None, ge=0)
    price_per_million_output_tokens: float | None = Field(default=None, ge=0)

    @model_validator(mode="before")
    @classmethod
    def _as_the_vendor_has_it(cls, content: Any) -> Any:
        """Fill in what a vendor's API settles: its own address, and that it knows no seed."""
        api = content.get("api", "openai") if isinstance(content, dict) else None
        vendor = next((one for name, one in VENDORS.items() if name == api), None)
        if vendor is None or content.get("kind") != "server":
            return content
        settled = {} if vendor.api_base is None else {"api_base": vendor.api_base}
        return {**settled, **({} if vendor.seed else {"seed": None}), **content}

    @field_validator("api_base")
    @classmethod
    def _plain_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            whole = False
        if not whole or any(character.isspace() for character in value):
            raise invalid("this is not an http or https address", fix="Write it like http://127.0.0.1:8000/v1.")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise invalid(
                "the address holds more than host, port and path",
                fix="Put a key into an environment variable and name that in api_key_env.",
            )
        return value.rstrip("/")

    @field_validator("extra_body")
    @classmethod
    def _only_further_fields(cls, value: dict[str, JsonValue]) -> dict[str, JsonValue]:
        try:
            canonical_bytes(value)
        except (ValueError, RecursionError) as problem:
            raise invalid(f"this can't be sent as JSON: {problem}") from problem
        return value

    @model_validator(mode="after")
    def _of_one_api(self) -> Self:
        generation = self.extra_body.get("generationConfig", {})
        if self.api == "gemini" and not isinstance(generation, dict):
            raise invalid("generationConfig in extra_body is no mapping", fix="Write settings and values into it.")
        taken = sorted(self.vendor.own & set(self.extra_body))
        if self.api == "gemini" and isinstance(generation, dict):
            taken += sorted(GENERATION_OWN & set(generation))
        if taken:
            raise invalid(
                f"{taken[0]} can't be set in extra_body",
                fix="Remove it: max_tokens, max_tokens_field, temperature and seed are fields of the target.",
            )
        title, warmest = self.vendor.title, self.vendor.warmest
        if self.seed is not None and not self.vendor.seed:
            raise invalid(f"{title} knows no seed", fix="Remove seed: it isn't sent.")
        if self.temperature is not None and self.temperature > warmest:
            raise invalid(f"temperature is above {warmest:g}, the highest of {title}", fix="Lower it.")
        if self.api != "openai" and self.max_tokens_field != "max_tokens":
            raise invalid(f"{title} has one name for max_tokens", fix="Remove max_tokens_field.")
        if self.api != "openai" and self.template_sha256:
            raise invalid(f"{title} shows no chat template", fix="Remove template_sha256.")
        return self

    @model_validator(mode="after")
    def _of_one_price(self) -> Self:
        apart = (self.price_per_million_input_tokens, self.price_per_million_output_tokens)
        if apart.count(None) == 1:
            raise invalid(
                "one of two prices is missing",
                fix="Give price_per_million_input_tokens and price_per_million_output_tokens, or neither.",
            )
        if None not in apart and self.price_per_million_tokens is not None:
            raise invalid("there are two prices for the same tokens", fix="Remove price_per_million_tokens.")
        return self

    @model_validator(mode="after")
    def _of_one_kind(self) -> Self:
        if self.kind == "server" and self.api_base is None:
            raise invalid("a server target needs api_base", fix="Write it like http://127.0.0.1:8000/v1.")
        if self.kind == "embedded":
            if self.api != "openai":
                raise invalid("an embedded target speaks no API", fix="Remove api, or write kind: server.")
            if self.api_base is not None or self.api_key_env is not None:
                raise invalid(
                    "an embedded target has no api_base and no api_key_env",
                    fix="Remove them, or write kind: server.",
                )
            if self.extra_body or self.temperature is None or self.seed is None:
                raise invalid(
                    "an embedded target has no extra_body, and always a temperature and a seed",
                    fix="Remove extra_body, and give numbers; or write kind: server.",
                )
            try:
                find_model(self.model)
            except Refused as refusal:
                raise invalid(refusal.what, fix=refusal.fix) from refusal
        return self

    @property
    def identity(self) -> dict[str, Any]:
        """What makes this target's answers its own; names, prices and speed are no part of it."""
        where = (
            {"sha256": find_model(self.model).sha256} if self.kind == "embedded" else {"api_base": self.api_base}
        )
        # Fields that came later count only where they are used: targets without them keep their hash.
        field = {} if self.max_tokens_field == "max_tokens" else {"max_tokens_field": self.max_tokens_field}
        return {
            "kind": self.kind,
            "model": self.model,
            **where,
            **({"api": self.api} if self.api != "openai" else {}),
            "max_tokens": self.max_tokens,
            **field,
            "temperature": self.temperature,
            "seed": self.seed,
            **({"extra_body": self.extra_body} if self.extra_body else {}),
            **({"revision": self.revision.split()[0]} if self.revision else {}),
            **({"system": self.system} if self.system != "role" else {}),
            **({"template_sha256": self.template_sha256} if self.template_sha256 else {}),
        }

    @property
    def vendor(self) -> Vendor:
        """The API that a server speaks."""
        return VENDORS[self.api]

    @property
    def request_fields(self) -> dict[str, Any]:
        """The decoding settings as a server gets them, by the names of its API."""
        given = {self.max_tokens_field: self.max_tokens, "temperature": self.temperature, "seed": self.seed}
        settings = {name: value for name, value in given.items() if value is not None}
        return self.vendor.fields(settings, self.extra_body)

    @property
    def prices(self) -> Prices | None:
        """What tokens of the prompt cost, and those of the answer; None where the target states no price."""
        return stated(*(getattr(self, name) for name in PRICES))

    @property
    def hash(self) -> str:
        """The sha256 of the identity, in hex: equal for targets whose answers are interchangeable."""
        return digest(self.identity)


def stored_target(content: Any, name: str, hash: str) -> Target | None:
    """Return the target of a stored content; None where it is not the target of this name and hash."""
    try:
        found = Target.model_validate(content)
    except ValidationError:
        return None
    return found if (found.name, found.hash) == (name, hash) else None


def load_target(path: Path) -> Target:
    """Read a target file; raises Refused naming file, line and field."""
    from library.yamlfile import read_yaml  # a stored target needs no YAML

    return read_yaml(path, Target)
