"""Targets: one model with its decoding settings, and the DSPy language model that asks it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

import dspy
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from composer.models.catalogue import find_model
from composer.models.download import locate, models_folder
from composer.models.embedded import EmbeddedEngine
from library.canonical import digest
from library.errors import Refused
from library.yamlfile import invalid, read_yaml

NO_KEY = "EMPTY"
"""Sent to a server that has no `api_key_env`, so that no key of the environment goes out by accident."""


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
    return read_yaml(path, Target)


def language_model(target: Target, *, folder: Path | None = None) -> dspy.LM:
    """Return the DSPy language model that asks a target, with DSPy's own cache off.

    An embedded model is read from the models folder (or the given one) on the first call. Give it back with
    `release` when done. Raises Refused when the environment lacks the key a server needs.
    """
    settings: dict[str, Any] = {
        "max_tokens": target.max_tokens,
        "temperature": target.temperature,
        "seed": target.seed,
        "cache": False,
    }
    if target.kind == "embedded":
        model = find_model(target.model)
        engine = EmbeddedEngine(
            lambda: locate(model, folder or models_folder()),
            context=target.context,
            parallel=target.parallel,
            threads=target.threads,
        )
        # A failure inside this process is no passing trouble: trying again would only delay its message.
        lm = dspy.LM(f"embedded/{model.name}-{model.sha256[:12]}", engine=engine, num_retries=0, **settings)
    else:
        # The prefix picks the request's dialect (`max_tokens`, `seed`), not a product; with this engine
        # DSPy refuses what it can't send rather than sending something else.
        lm = dspy.LM(
            f"hosted_vllm/{target.model}",
            engine="lm15",
            api_base=target.api_base,
            api_key=_key(target),
            timeout=target.timeout,
            **settings,
        )
    lm.target_name = target.name
    return lm


def release(lm: dspy.LM) -> None:
    """Free what a model of `language_model` holds: an embedded model's memory, a server's sockets."""
    if isinstance(lm.engine, EmbeddedEngine):
        lm.engine.close()
    lm.close()


def _key(target: Target) -> str:
    if target.api_key_env is None:
        return NO_KEY
    key = os.environ.get(target.api_key_env)
    if not key:
        raise Refused(
            f"the environment variable {target.api_key_env} is not set",
            where=f"target {target.name}",
            fix=f"Set it to the key of {target.api_base} and run the command again.",
        )
    return key
