"""A model behind a server of the OpenAI chat API: DSPy's dialect goes out, and what comes back we read ourselves.

DSPy's reader takes a reply for what the types of its fields promise, and fails where they aren't so. What a server
sends is in nobody's hands here: `composer.models.reply` reads it whatever it holds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from dspy.lm15 import (
    AuthError,
    BillingError,
    ContextLengthError,
    InvalidRequestError,
    LMRouter,
    Message,
    OpenAIChatCompat,
    OpenAIChatLM,
    ProviderError,
    RateLimitError,
    Request,
    Response,
    RouterConfig,
    ServerError,
    TextPart,
    TimeoutError,
    Timeouts,
    UnsupportedModelError,
    Usage,
)

from composer.models.answer import Answer
from composer.models.asking import Asking
from composer.models.chat_format import require_template
from composer.models.complaint import Complaint, Kind, complaint_in
from composer.models.reply import NoAnswer, answer_in, content_of
from composer.models.system_role import SystemRole, as_sent

CONTENT_FILTER = "content_filter"
"""The `finish_reason` of an answer that a filter held back."""
ANSWER = "answer"
"""Where a response of this engine holds the answer as it was read."""

LOOK_SECONDS = 30.0
"""How often it is looked at whether a server still has the chat template that its target names."""
_DIALECT = "vllm"
"""The dialect picks the names of a request's fields, not a product."""
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


class _Filtered(ProviderError):  # type: ignore[misc]
    """The server's filter refused the messages: an answer without a text, as if it had held back the model's."""


class _Dialect(OpenAIChatLM):  # type: ignore[misc]
    """The Chat Completions dialect, which writes requests as it always does and has replies read by us."""

    def parse_response(self, request: Request, response: Any) -> Response:
        """Return what a reply holds; raises the error that it complains of."""
        try:
            content = content_of(response.body)
            if complaint := complaint_in(content, 0):
                raise self._error(complaint)
            return _response(request, answer_in(content))
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
        kind = _Filtered if complaint.kind == "filter" else _ERRORS[complaint.kind]
        return self._provider_error(kind, complaint.words, status=complaint.status or None)


class ServerEngine:
    """Answers DSPy's requests from a server; any thread may call it, and all share its connections.

    `model` is the server's own name of the model, `key` goes out as the bearer's token, `timeout` is how many
    seconds the server may stay silent. `system` is where the system text goes, and `template_sha256` the chat
    template that the model must have where the server shows it.
    """

    def __init__(
        self,
        model: str,
        *,
        api_base: str,
        key: str,
        timeout: float,
        system: SystemRole = "role",
        template_sha256: str | None = None,
    ) -> None:
        self.model = model
        self._system = system
        self._template_sha256 = template_sha256
        self._looked = -LOOK_SECONDS
        self._looking = threading.Lock()
        self._asking = Asking(api_base, key)
        self._router = LMRouter(
            RouterConfig(
                api_keys={_DIALECT: key},
                base_urls={_DIALECT: api_base},
                timeouts=Timeouts(read=timeout, write=timeout, pool=timeout),
            )
        )
        # By the name or the access of a preset, the dialect would send what is for api.openai.com, its default, to
        # a port of this machine: so it gets neither, and the connections alone are the router's.
        self._dialect = _Dialect(
            api_key=key,
            base_url=api_base,
            compat=OpenAIChatCompat.preset(_DIALECT),
            transport=self._router.lm(f"{_DIALECT}:{model}").transport,
        )

    @property
    def api_base(self) -> str:
        """The address that questions go to."""
        return str(self._dialect.base_url)

    def complete(self, request: Request) -> Response:
        """Answer one request; raises DSPy's engine errors where the server can't.

        Raises `Refused` where the server shows another chat template than the target expects.
        """
        self._require_template()
        sent = _merged(request) if self._system == "merge" else request
        try:
            return self._dialect.complete(replace(sent, model=self.model))
        except _Filtered as refused:
            answer = Answer("", 0, 0, 0.0, CONTENT_FILTER, refusal=refused.message)
            return _response(request, answer)

    def _require_template(self) -> None:
        """Hold the server to its chat template; it may be started anew with another one while a run goes on."""
        if self._template_sha256 is None:
            return
        with self._looking:
            if time.monotonic() - self._looked >= LOOK_SECONDS:
                require_template(self._asking, self.model, self._template_sha256, where=self.api_base)
                self._looked = time.monotonic()

    def asking(self) -> Asking:
        """Return where the server is asked how it makes a prompt."""
        return self._asking

    def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        self._router.close()

    def __deepcopy__(self, memo: dict[int, Any]) -> ServerEngine:
        """Return itself: a copied program asks over the same connections."""
        return self


def _merged(request: Request) -> Request:
    """Return a request with its system text merged as `as_sent` merges it."""
    given = request.system
    system = given if isinstance(given, str) else "".join(part.text for part in given or ())
    messages = [
        {"role": "system", "content": system},
        *({"role": one.role, "content": one.text or ""} for one in request.messages),
    ]
    sent = as_sent(messages, "merge")
    typed = tuple(Message(role=one["role"], parts=(TextPart(one["content"]),)) for one in sent)
    return replace(request, system=None, messages=typed)


def _response(request: Request, answer: Answer) -> Response:
    return Response(
        id=None,
        model=request.model,
        message=Message.assistant([TextPart(answer.text)]),
        finish_reason="length" if answer.finish_reason == "length" else "stop",
        usage=Usage(input_tokens=answer.prompt_tokens, output_tokens=answer.completion_tokens),
        provider_data={ANSWER: asdict(answer)},
    )
