"""The DSPy language model that asks a target, from first call to release."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import dspy

from composer.models.catalogue import find_model
from composer.models.chat_format import ChatFormat, LlamaFormat, format_of, template_of
from composer.models.download import locate, models_folder, pull, turns_folder
from composer.models.embedded import EmbeddedEngine
from composer.models.patience import Patience
from composer.models.server import ServerEngine
from composer.models.target import Target
from composer.models.turns import Turns
from library.errors import Refused
from library.secrets import know

NO_KEY = "EMPTY"
"""Sent to a server that has no `api_key_env`, so that no key of the environment goes out by accident."""


def language_model(
    target: Target, *, folder: Path | None = None, say: Callable[[str], None] = lambda _text: None
) -> dspy.LM:
    """Return the DSPy language model that asks a target, with DSPy's own cache off.

    An embedded model is read from the models folder (or the given one) on the first call, and takes turns with
    those of other processes; `say` is called with that in words, and with an empty text when it is over. Give
    the model back with `release` when done. Raises Refused when the environment lacks the key a server needs.
    """
    if target.kind == "embedded":
        model = find_model(target.model)
        engine = EmbeddedEngine(
            lambda: locate(model, folder or models_folder()),
            context=target.context,
            parallel=target.parallel,
            threads=target.threads,
            turns=Turns(turns_folder(), say),
            system=target.system,
            template_sha256=target.template_sha256,
        )
        # A failure inside this process is no passing trouble: trying again would only delay its message.
        lm = dspy.LM(
            f"embedded/{model.name}-{model.sha256[:12]}",
            engine=engine,
            num_retries=0,
            max_tokens=target.max_tokens,
            temperature=target.temperature,
            seed=target.seed,
            cache=False,
        )
    else:
        assert target.api_base is not None
        server = ServerEngine(
            target.model,
            api_base=target.api_base,
            key=_key(target),
            timeout=target.timeout,
            api=target.api,
            system=target.system,
            template_sha256=target.template_sha256,
        )
        # The settings are not DSPy's to know: by a model's name it refuses some, and a server may want others.
        lm = dspy.LM(f"server/{target.model}", engine=server, num_retries=0, cache=False)
        lm.patience = Patience(say)
        lm.request_fields = target.request_fields
    lm.target_name = target.name
    return lm


def chat_format(lm: dspy.LM, target: Target) -> ChatFormat | None:
    """Return what a model of `language_model` shows of how it makes a prompt; None where it shows nothing.

    Loads an embedded model, and raises as asking it does.
    """
    if isinstance(lm.engine, EmbeddedEngine):
        return LlamaFormat(lm.engine.asking())
    if isinstance(lm.engine, ServerEngine):
        return format_of(lm.engine.asking(), target.model, target.extra_body)
    return None


def chat_template(lm: dspy.LM, target: Target) -> str | None:
    """Return the chat template of a model of `language_model`; None where it shows none."""
    if isinstance(lm.engine, EmbeddedEngine | ServerEngine):
        return template_of(lm.engine.asking(), target.model)
    return None


def release(lm: dspy.LM) -> None:
    """Free what a model of `language_model` holds: an embedded model's memory, a server's sockets."""
    if isinstance(lm.engine, EmbeddedEngine | ServerEngine):
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
    if not (key.isascii() and key.isprintable()):
        raise Refused(
            f"the environment variable {target.api_key_env} holds a character that can't be sent as a key",
            where=f"target {target.name}",
            fix="Set it to the key alone, without a line break.",
        )
    return know(key)


Connect = Callable[[Target, Callable[[str], None]], dspy.LM]


def connect(target: Target, say: Callable[[str], None]) -> dspy.LM:
    """Return the language model of a target, fetching an embedded model's file where it is missing.

    `say` is called with what is going on, in words; with an empty text when that is over.
    """
    if target.kind == "embedded":
        pull(target.model, progress=lambda done, total: say(f"fetching {target.model}: {done / total:.0%}"))
        say("")
    return language_model(target, say=say)
