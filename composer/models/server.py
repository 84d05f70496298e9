"""A model behind a server: asked through a dialect of DSPy's, over connections that all threads share."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any

from dspy.lm15 import Message, Request, Response, TextPart

from composer.models.answer import Answer
from composer.models.asking import Asking
from composer.models.chat_format import require_template
from composer.models.dialects import Carrier, Filtered, dialect_of, response_of
from composer.models.system_role import SystemRole, as_sent
from composer.models.transport import Transport
from composer.models.vendor_replies import CONTENT_FILTER
from composer.models.vendors import Api

LOOK_SECONDS = 30.0
"""How often it is looked at whether a server still has the chat template that its target names."""
MOST_BYTES = 4 * 2**20
"""The longest reply that is read; 8,192 tokens with what a model thought before them are a tenth of it."""


class ServerEngine:
    """Answers DSPy's requests from a server; any thread may call it, and all share its connections.

    `api` is what the server speaks, `model` its own name of the model, `key` goes out as that API has it.
    `timeout` is how many seconds an answer may take, to the last byte of the reply. `system` is where the
    system text goes, and `template_sha256` the chat template that the model must have where the server shows it.
    """

    def __init__(
        self,
        model: str,
        *,
        api_base: str,
        key: str,
        timeout: float,
        api: Api = "openai",
        system: SystemRole = "role",
        template_sha256: str | None = None,
    ) -> None:
        self.model = model
        self._system = system
        self._template_sha256 = template_sha256
        self._looked = -LOOK_SECONDS
        self._looking = threading.Lock()
        self._asking = Asking(api_base, key)
        self._transport = Transport(api_base, seconds=timeout, most=MOST_BYTES)
        self._dialect = dialect_of(api, api_base=api_base, key=key, transport=Carrier(self._transport))

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
            found: Response = self._dialect.complete(replace(sent, model=self.model))
            return found
        except Filtered as refused:
            answer = Answer("", 0, 0, 0.0, CONTENT_FILTER, refusal=refused.message)
            return response_of(request, answer)

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
        self._transport.close()

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
