"""What a server complains of, in whatever form it says so: with an HTTP status, or in a body with status 200."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from library.secrets import masked
from library.storable import storable

Kind = Literal["context", "filter", "quota", "key", "model", "rate", "silence", "server", "request"]

_TELLING: tuple[Kind, ...] = ("filter", "context", "quota")
"""Kinds that a server's words tell more of than its HTTP status, which is that of others too."""
_CODES: Mapping[Kind, frozenset[str]] = {
    "filter": frozenset(
        {"content_filter", "content_filtered", "content_policy_violation", "responsibleaipolicyviolation"}
    ),
    "context": frozenset({"context_length_exceeded", "exceed_context_size_error", "context_window_exceeded"}),
    "quota": frozenset(
        {"insufficient_quota", "exceeded_current_quota_error", "billing_hard_limit_reached", "billing_not_active"}
        | {"insufficient_balance", "insufficient_credits", "1113", "billing_error"}
    ),
    "rate": frozenset({"rate_limit_exceeded", "rate_limit_error", "rate_limited", "too_many_requests"})
    | {"resource_exhausted"},
    "key": frozenset(
        {"invalid_api_key", "authentication_error", "auth_error", "permission_denied"}
        | {"permission_error", "unauthenticated", "api_key_invalid"}
    ),
    "model": frozenset(
        {"model_not_found", "model_not_available", "unsupported_model", "deploymentnotfound"}
        | {"not_found_error", "not_found"}
    ),
    "silence": frozenset({"timeout_error", "deadline_exceeded"}),
    "request": frozenset({"invalid_request_error", "invalid_argument", "request_too_large"}),
}
"""Codes and types of errors, in lower case, as servers of the OpenAI chat API, Anthropic and Gemini give them."""

_WORDS: Mapping[str, re.Pattern[str]] = {
    kind: re.compile(words, re.IGNORECASE)
    for kind, words in {
        "filter": r"content (management|filter|policy)|safety (system|filter)|responsible ai",
        "context": r"context.{0,20}(length|size|window|limit)|maximum (context|model length)|max_model_len"
        r"|(prompt|input|request) is too long|too many (input )?tokens|reduce the length|input token count",
        "quota": r"exceeded your current quota|insufficient.{0,12}(quota|balance|credit|fund)"
        r"|(out of|no|enough) credit|payment required|quota.{0,12}exhausted|billing",
        "rate": r"too many requests|rate.?limit",
        "later": r"(retry|try again) (in|after)",
    }.items()
}
"""What such servers write where the code doesn't tell."""


_DELAY = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,9})?)s")
"""How Gemini writes how long it asks to wait."""


@dataclass(frozen=True)
class Complaint:
    """A server's error: the HTTP status that it amounts to (0 where it names none), its codes, and its words.

    `wait` is how many seconds it asks to wait in the body of its reply, None where it doesn't.
    """

    status: int
    codes: frozenset[str]
    words: str
    wait: float | None = None

    @property
    def kind(self) -> Kind:
        """What it is about."""
        for kind in _TELLING:
            if self.codes & _CODES[kind]:
                return kind
        if self.status == 402:
            return "quota"
        if self.status == 429 or self.codes & _CODES["rate"] or self._mentions("rate"):
            return "quota" if self._mentions("quota") and not self._mentions("later") else "rate"
        for kind in _TELLING:
            if self._mentions(kind):
                return kind
        return self._by_status()

    def _by_status(self) -> Kind:
        if self.codes & _CODES["key"] or self.status in (401, 403):
            return "key"
        if self.codes & _CODES["model"] or self.status == 404:
            return "model"
        if self.status in (408, 504) or self.codes & _CODES["silence"]:
            return "silence"
        refused = 400 <= self.status < 500 or (not self.status and self.codes & _CODES["request"])
        return "request" if refused else "server"

    def _mentions(self, kind: str) -> bool:
        return _WORDS[kind].search(self.words) is not None


def complaint_in(content: Any, status: int) -> Complaint | None:
    """Return what a server complains of in the content of its reply; None where it doesn't.

    `status` is the reply's own. Servers give errors as `error`, a text or an object, beside `choices` or in the
    first of them; some write the object without a name.
    """
    if not isinstance(content, dict):
        return None if status < 400 else Complaint(status, frozenset(), f"HTTP {status}")
    choices = content.get("choices")
    first = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    error = content.get("error") or first.get("error")
    if not error and status < 400:
        if choices or not isinstance(content.get("message"), str):
            return None
        error = content
    if not isinstance(error, dict):
        error = {"message": error} if isinstance(error, str) else content
    inner, details = error.get("innererror"), error.get("details")
    more = [one for one in (inner, *(details if isinstance(details, list) else ())) if isinstance(one, dict)]
    values = [error.get("code"), error.get("type"), error.get("status")]
    values += [one.get(name) for one in more for name in ("code", "reason")]
    codes = frozenset(
        str(one).lower()[:100] for one in values if isinstance(one, str | int) and not isinstance(one, bool)
    )
    wait = next(filter(None, (_DELAY.fullmatch(str(one.get("retryDelay"))) for one in more)), None)
    return Complaint(
        _status(status, codes), codes, _words_of(error, status), float(wait[1]) if wait is not None else None
    )


def _status(status: int, codes: frozenset[str]) -> int:
    """Return the HTTP status of a reply, or of a reply that came with 200 the one that its code is."""
    if status >= 400:
        return status
    return next((int(code) for code in sorted(codes) if re.fullmatch(r"[45][0-9][0-9]", code)), 0)


def _words_of(error: Mapping[str, Any], status: int) -> str:
    said = next((error[name] for name in ("message", "detail", "error") if isinstance(error.get(name), str)), "")
    return storable(masked(said.strip())) or (f"HTTP {status}" if status >= 400 else "it doesn't say why")
