"""Targets: one model with its decoding settings, and the DSPy language model that asks it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from composer.models.catalogue import find_model
from library.canonical import digest
from library.errors import Refused
from library.validation import invalid


class Target(BaseModel):
    """One model with its revision and decoding settings, as a target file states them.

    `model` is a name of the catalogue for an embedded target, the server's own name for the model for a
    server; `api_base` is the server's address up to and with its version (`…/v1`); `api_key_env` names the
    environment variable that holds the key. `max_tokens` bounds an answer, `context` prompt and answer
    together, in tokens. `parallel` is how many answers are asked for side by side, `threads` the cores an
    embedded model uses (all, when not given), `timeout` the seconds a server may stay silent.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$", max_length=100)
    kind: Literal["embedded", "server"]
    model: str = Field(min_length=1, max_length=200)
    api_base: str | None = None
    api_key_env: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    max_tokens: int = Field(default=16, ge=1, le=8192)
    temperature: float = Field(default=0.0, ge=0, le=2)
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    context: int = Field(default=4096, ge=256, le=1_048_576)
    parallel: int = Field(default=1, ge=1, le=64)
    threads: int | None = Field(default=None, ge=1, le=512)
    timeout: float = Field(default=120.0, gt=0, le=3600)
    price_per_million_tokens: float | None = Field(default=None, ge=0)

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

    @model_validator(mode="after")
    def _of_one_kind(self) -> Self:
        if self.kind == "server" and self.api_base is None:
            raise invalid("a server target needs api_base", fix="Write it like http://127.0.0.1:8000/v1.")
        if self.kind == "embedded":
            if self.api_base is not None or self.api_key_env is not None:
                raise invalid(
                    "an embedded target has no api_base and no api_key_env",
                    fix="Remove them, or write kind: server.",
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
        return {
            "kind": self.kind,
            "model": self.model,
            **where,
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "seed": self.seed,
        }

    @property
    def hash(self) -> str:
        """The sha256 of the identity, in hex: equal for targets whose answers may stand for each other."""
        return digest(self.identity)


def load_target(path: Path) -> Target:
    """Read a target file; raises Refused naming file, line and field."""
    from library.yamlfile import read_yaml  # a stored target needs no YAML

    return read_yaml(path, Target)
