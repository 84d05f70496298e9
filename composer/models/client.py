"""Asking a language model once: exactly the given messages out, one answer or one clear refusal back."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import dspy
from dspy.lm15 import RefusalPart, Request, Response, ThinkingPart, request_from_openai_chat

from composer.models.answer import Answer
from composer.models.dialects import ANSWER, NotAnAnswer, Unfinished
from composer.models.reply import STREAM, TOOL_CALL, alteration, kept
from library.errors import Refused

# DSPy warns at every answer that reached max_tokens. Here that is data: Answer.finish_reason says it.
logging.getLogger("dspy.clients.lm").setLevel(logging.ERROR)

KEPT = " The answers so far are kept: run the same command again to go on from there."
"""How the advice of every outage ends."""

_CONNECTION_SETTINGS = frozenset({"api_key", "api_base", "base_url", "timeout"})


class Outage(Refused):
    """A target could not answer: never an answer, never scored."""


class TooLong(Outage):
    """A target could not answer because the messages don't fit into its context.

    `example_id` is the example that they are about, empty where that isn't known.
    """

    example_id = ""


def ask(lm: dspy.LM, messages: list[dict[str, str]], *, check: Callable[[], None] = lambda: None) -> Answer:
    """Ask a language model once and return its answer; safe to call from any thread.

    The messages (role and content) go out unchanged, with the model's own settings, past DSPy's cache and
    history. Passing trouble is tried again (the model's `patience`, or DSPy by `lm.num_retries`); after that an
    Outage is raised. `check` is called every now and then in a pause between, and may raise to end it. The seconds
    are those of the call that was answered. What the model's engine refused, such as a missing model file, is
    raised as that Refused.
    """
    request = _request(lm, messages)
    patience = getattr(lm, "patience", None)
    try:
        # A typed request is answered by a typed response, which carries the tokens: DSPy's usage
        # tracker, which loses them in threads, isn't needed.
        with dspy.context(disable_history=True):
            call = partial(_timed, lm, request)
            response, seconds = call() if patience is None else patience.through(call, check)
    except dspy.LMUnexpectedError as error:
        if isinstance(error.__cause__, Refused):
            raise error.__cause__ from error
        raise  # a fault of this program: not the target's, and not to be taken for an outage
    except dspy.LMError as error:
        raise _as_outage(lm, error) from error
    body = response.provider_data
    if isinstance(body, dict) and ANSWER in body:
        return replace(Answer(**body[ANSWER]), seconds=seconds)
    return _answer(response, seconds)


def _timed(lm: dspy.LM, request: Request) -> tuple[Response, float]:
    begun = time.monotonic()
    response: Response = lm(request=request, cache=False)
    return response, time.monotonic() - begun


def _answer(response: Response, seconds: float) -> Answer:
    """Return the answer in the response of an engine that isn't ours for servers, or not ours at all."""
    message, usage = response.message, response.usage
    text = response.text or ""
    problem = TOOL_CALL if not text and response.tool_calls else alteration(text)
    return Answer(
        text=kept(text),
        prompt_tokens=usage.input_tokens or 0,
        completion_tokens=usage.output_tokens or 0,
        seconds=seconds,
        finish_reason=response.finish_reason,
        refusal=kept("".join(part.text for part in message.parts_of(RefusalPart))),
        reasoning=kept("".join(part.text for part in message.parts_of(ThinkingPart))),
        reasoning_tokens=usage.reasoning_tokens or 0,
        problem=problem,
    )


def _request(lm: dspy.LM, messages: list[dict[str, str]]) -> Request:
    known = {
        key: value for key, value in lm.kwargs.items() if key not in _CONNECTION_SETTINGS and value is not None
    }
    request = request_from_openai_chat({"model": lm.model, "messages": messages, **known})
    # A target's own fields go out as they are, whatever the dialect makes of others.
    fields = getattr(lm, "request_fields", None)
    return replace(request, config=replace(request.config, extensions=fields)) if fields else request


_CONTEXT = "Shorten or leave out such examples, lower max_tokens, or have the model served with a larger context."
_QUOTA = "Waiting does not help: raise the limit or add credit at the provider."
_SLOW = "Check the server, or raise timeout in the target file."
_SERVER = "Check that the server runs and that api_base is right (it usually ends in /v1)."


_NO_SYSTEM_ROLE = re.compile(r"system (role|message)|role.{0,20}system", re.IGNORECASE)
_SETTINGS = {
    "max_completion_tokens": "Write `max_tokens_field: max_completion_tokens` in the target file.",
    "max_tokens": "Write `max_tokens_field: max_completion_tokens` or another max_tokens in the target file.",
    "temperature": "Write `temperature: null` in the target file, and it is not sent.",
    "seed": "Write `seed: null` in the target file, and it is not sent.",
}


def _setting_advice(said: str) -> str:
    """Return what to do where a server's words name a setting that it refuses; empty where they name none."""
    return next((advice for name, advice in _SETTINGS.items() if name in said), "")


def _as_outage(lm: dspy.LM, error: dspy.LMError) -> Outage:
    """Say in the user's terms why a target failed; only the first line of a server's words is passed on."""
    said = kept(error.message.strip() or type(error).__name__).splitlines()[0][:300]
    match error:
        case dspy.LMProviderError() if isinstance(error.__cause__, Unfinished):
            return _refused(lm, f"the server is too slow: {said}", _SLOW)
        case dspy.LMProviderError() if isinstance(error.__cause__, NotAnAnswer):
            advice = "Turn streaming off at the server." if STREAM in said else _SERVER
            return _refused(lm, f"the server's reply can't be used: {said}", advice)
        case dspy.ContextWindowExceededError():
            found = _refused(lm, f"the messages are too long for the model's context: {said}", _CONTEXT)
            return TooLong(found.what, where=found.where, fix=found.fix)
        case dspy.LMAuthError():
            return _refused(lm, f"the server refuses the key: {said}", "Check api_key_env and the key it names.")
        case dspy.LMUnsupportedModelError() | dspy.LMInvalidRequestError(status=404):
            what = f"the server doesn't have the model, or has nothing at this address: {said}"
            return _refused(lm, what, "Check model and api_base (it usually ends in /v1).")
        case dspy.LMInvalidRequestError() if _NO_SYSTEM_ROLE.search(said):
            advice = "Write `system: merge` in the target file, and the prompt goes into the user message."
            return _refused(lm, f"the server refuses the system message: {said}", advice)
        case dspy.LMInvalidRequestError() if advice := _setting_advice(said):
            return _refused(lm, f"the server refuses a setting: {said}", advice)
        case dspy.LMInvalidRequestError():
            return _refused(lm, f"the server refuses the request: {said}", "Change what it names.")
        case dspy.LMBillingError():
            return _refused(lm, f"the quota or balance of the account is used up: {said}", _QUOTA)
        case dspy.LMRateLimitError():
            advice = "Wait a little, or lower parallel in the target file."
            return _refused(lm, f"the server accepts no more calls for now: {said}", advice)
        case dspy.LMTransportError():
            return _refused(lm, f"the server can't be reached: {said}", _SERVER)
        case dspy.LMTimeoutError():
            return _refused(lm, f"the server stayed silent: {said}", _SLOW)
        case _:
            return _refused(
                lm, f"the target could not answer: {said}", "It is a fault on its side: try again later."
            )


def _refused(lm: dspy.LM, what: str, fix: str) -> Outage:
    name = getattr(lm, "target_name", lm.model)
    address = getattr(lm.engine, "api_base", None) or lm.kwargs.get("api_base")
    return Outage(
        what,
        where=f"target {name}" + (f" at {address}" if address else ""),
        fix=f"{fix}{KEPT}",
    )
