"""The APIs that servers speak, through DSPy's own dialects: they write the requests, and we read the replies.

DSPy's readers take a reply for what the types of its fields promise, and fail where they aren't so. What a server
sends is in nobody's hands here: `composer.models.reply` and `vendor_replies` read it whatever it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from dspy.lm15 import (
    AnthropicLM,
    AuthError,
    BillingError,
    ContextLengthError,
    GeminiLM,
    InvalidRequestError,
    Message,
    OpenAIChatCompat,
    OpenAIChatLM,
    ProviderError,
    RateLimitError,
    Request,
    Response,
    ServerError,
    TextPart,
    TimeoutError,
    TransportError,
    UnsupportedModelError,
    Usage,
)

from composer.models.answer import Answer
from composer.models.complaint import Complaint, Kind, complaint_in
from composer.models.reply import NoAnswer, answer_in, content_of
from composer.models.transport import Reply, TooLate, Transport, Unreachable, Unreadable
from composer.models.transport import Request as Sent
from composer.models.vendor_replies import anthropic_answer, gemini_answer
from composer.models.vendors import Api

ANSWER = "answer"
"""Where a response of these dialects holds the answer as it was read."""

_ERRORS: Mapping[Kind, type[ProviderError]] = {
    "context": ContextLengthError,
    "quota": BillingError,
    "key": AuthError,
    "model": UnsupportedModelError,
    "rate": RateLimitError,
    "silence": TimeoutError,
    "server": ServerError,
    "request": InvalidRequestError,
}


class NotAnAnswer(ProviderError):  # type: ignore[misc]
    """A reply that is neither an answer nor a complaint: another service is behind the address."""


class Unfinished(NotAnAnswer):
    """A reply that had begun when its time was over; asked again, it may be paid for again."""


class Filtered(ProviderError):  # type: ignore[misc]
    """The server's filter refused the messages: an answer without a text, as if it had held back the model's."""


class Carrier:
    """A transport as DSPy's dialects use one: what goes wrong on the way is one of their errors."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def stream(self, request: Sent) -> Reply:
        """Return the reply to a request."""
        try:
            return self._transport.stream(request)
        except Unreachable as problem:
            raise TransportError(str(problem)) from problem
        except TooLate as problem:
            raise (Unfinished if problem.begun else TimeoutError)(str(problem)) from problem
        except Unreadable as problem:
            raise NotAnAnswer(str(problem)) from problem


class _Read:
    """What makes a dialect's replies be read by us; `_answer_in` is how."""

    _answer_in: Callable[[Any], Answer]
    _provider_error: Callable[..., ProviderError]

    def parse_response(self, request: Request, response: Any) -> Response:
        """Return what a reply holds; raises the error that it complains of."""
        if response.status >= 300:
            raise NotAnAnswer("it leads to another address, which is not followed: the key would go there")
        try:
            content = content_of(response.body)
            if complaint := complaint_in(content, 0):
                raise self._error(complaint)
            return response_of(request, type(self)._answer_in(content))
        except NoAnswer as problem:
            raise NotAnAnswer(str(problem)) from problem

    def normalize_error(self, status: int, body: str) -> ProviderError:
        """Return the error of a reply whose HTTP status is one."""
        try:
            complaint = complaint_in(content_of(body.encode("utf-8", "surrogatepass")), status)
        except NoAnswer:
            complaint = None
        return self._error(complaint or Complaint(status, frozenset(), f"HTTP {status}"))

    def _error(self, complaint: Complaint) -> ProviderError:
        kind = Filtered if complaint.kind == "filter" else _ERRORS[complaint.kind]
        return self._provider_error(
            kind, complaint.words, status=complaint.status or None, retry_after=complaint.wait
        )


class _OpenAI(_Read, OpenAIChatLM):  # type: ignore[misc]
    _answer_in = staticmethod(answer_in)


class _Anthropic(_Read, AnthropicLM):  # type: ignore[misc]
    _answer_in = staticmethod(anthropic_answer)


class _Gemini(_Read, GeminiLM):  # type: ignore[misc]
    _answer_in = staticmethod(gemini_answer)


def dialect_of(api: Api, *, api_base: str, key: str, transport: Carrier) -> Any:
    """Return the DSPy dialect that asks a server of this API over this transport."""
    given = {"api_key": key, "base_url": api_base, "transport": transport}
    if api == "anthropic":
        return _Anthropic(**given)
    if api == "gemini":
        return _Gemini(**given)
    # By the name or the access of a preset, the dialect would send what is for api.openai.com, its default, to
    # a port of this machine: so it gets neither. The preset picks the names of a request's fields, no product.
    return _OpenAI(**given, compat=OpenAIChatCompat.preset("vllm"))


def response_of(request: Request, answer: Answer) -> Response:
    """Return an answer as the response of a dialect."""
    return Response(
        id=None,
        model=request.model,
        message=Message.assistant([TextPart(answer.text)]),
        finish_reason="length" if answer.finish_reason == "length" else "stop",
        usage=Usage(input_tokens=answer.prompt_tokens, output_tokens=answer.completion_tokens),
        provider_data={ANSWER: asdict(answer)},
    )
