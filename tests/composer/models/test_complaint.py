"""What a server complains of is told apart, whether it comes with an HTTP status or in a body with status 200."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.models.complaint import complaint_in
from tests.replies import BODY, JSON
from tests.servers import chat

ERRORS: list[tuple[int, Any, str]] = [
    (200, {"error": {"message": "Provider returned error", "code": 429}, "choices": None}, "rate"),
    (200, {"error": {"message": "Upstream overloaded", "code": 502}}, "server"),
    (200, {"error": "something broke"}, "server"),
    (200, {"choices": [{"error": {"code": 429, "message": "Slow down"}, "finish_reason": "error"}]}, "rate"),
    (429, {"error": {"message": "Rate limit reached", "type": "rate_limited"}}, "rate"),
    (429, {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}, "quota"),
    (429, {"error": {"message": "You exceeded your current quota. Please retry in 20s."}}, "rate"),
    (200, {"error": {"message": "You exceeded your current quota", "type": "insufficient_quota"}}, "quota"),
    (402, {"error": {"message": "Insufficient credits", "code": 402}}, "quota"),
    (400, {"error": {"message": "Insufficient Balance", "type": "invalid_request_error"}}, "quota"),
    (400, {"error": {"message": "the request exceeds the available context size, try increasing it"}}, "context"),
    (200, {"error": {"code": 400, "message": "too long", "type": "exceed_context_size_error"}}, "context"),
    (
        400,
        {"object": "error", "message": "This model's maximum context length is 4096 tokens.", "code": 400},
        "context",
    ),
    (400, {"error": {"message": "filtered", "code": "content_filter"}}, "filter"),
    (400, {"error": {"message": "x", "innererror": {"code": "ResponsibleAIPolicyViolation"}}}, "filter"),
    (401, {"error": {"message": "Authentication Error"}}, "key"),
    (200, {"error": {"message": "Incorrect API key", "code": "invalid_api_key"}}, "key"),
    (404, {"detail": "Not Found"}, "model"),
    (400, {"error": {"message": "no such model", "code": "model_not_found"}}, "model"),
    (504, None, "silence"),
    (503, {"error": {"message": "busy"}}, "server"),
    (400, {"error": {"message": "Unsupported value: 'temperature'"}}, "request"),
]


@pytest.mark.parametrize(("status", "content", "kind"), ERRORS)
def test_each_error_is_told_apart(status: int, content: Any, kind: str) -> None:
    found = complaint_in(content, status)
    assert found is not None
    assert found.kind == kind


def test_an_answer_is_no_complaint() -> None:
    assert complaint_in(chat("too many requests").body, 0) is None
    assert complaint_in({"choices": [], "error": None}, 0) is None


def test_its_words_are_the_servers() -> None:
    found = complaint_in({"detail": "Not Found \ud83d"}, 404)
    assert found is not None
    assert (found.words, found.status) == ("Not Found \\ud83d", 404)


@given(
    BODY | JSON | st.fixed_dictionaries({"error": JSON | st.fixed_dictionaries({"code": JSON, "message": JSON})})
)
def test_whatever_a_server_sends_it_complains_or_does_not(body: Any) -> None:
    for status in (200, 400):
        found = complaint_in(body, status)
        if found is not None:
            assert found.kind
            assert found.words.encode()
