"""Where a target takes the system text: a message of its own, or the start of the first user message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dspy
import pytest

from composer.models.client import ask
from composer.models.connection import language_model
from composer.models.embedded import EmbeddedEngine
from composer.models.system_role import as_sent
from composer.models.target import Target
from tests.servers import ChatServer

SYSTEM = {"role": "system", "content": " Rate it.\n- exact\n"}
USER = {"role": "user", "content": "\nText: {{x}} "}
SENT = [{"role": "user", "content": " Rate it.\n- exact\n\n\n\nText: {{x}} "}]


@pytest.mark.parametrize(
    ("messages", "sent"),
    [
        ([SYSTEM, USER], SENT),
        ([USER], [USER]),
        ([{"role": "system", "content": ""}, USER], [USER]),
        ([SYSTEM], [{"role": "user", "content": SYSTEM["content"]}]),
        (
            [SYSTEM, USER, {"role": "assistant", "content": "4"}, USER],
            [*SENT, {"role": "assistant", "content": "4"}, USER],
        ),
    ],
    ids=["both", "no system text", "an empty one", "no user message", "several turns"],
)
def test_a_system_text_goes_before_the_first_user_message_and_a_blank_line_between(
    messages: list[dict[str, str]], sent: list[dict[str, str]]
) -> None:
    assert as_sent(messages, "merge") == sent
    assert as_sent(messages, "role") == messages


def test_a_server_is_sent_one_message_where_its_target_merges_and_two_where_not() -> None:
    with ChatServer() as server:
        target = Target(name="far", kind="server", model="m", api_base=server.api_base)
        for system in ("merge", "role"):
            ask(language_model(target.model_copy(update={"system": system})), [SYSTEM, USER])
    assert [request["messages"] for request in server.requests] == [SENT, [SYSTEM, USER]]


class Heard:
    """Stands for llama.cpp's server: keeps the messages of the last question."""

    def handle_chat_completions(self, body: dict[str, Any]) -> dict[str, Any]:
        self.messages = body["messages"]
        usage = {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}
        choices = [{"message": {"content": "4"}, "finish_reason": "stop"}]
        return {"choices": choices, "usage": usage, "timings": {"cache_n": 0}}


def test_an_embedded_model_gets_them_the_same_way() -> None:
    engine = EmbeddedEngine(lambda: Path("nowhere"), system="merge")
    engine._server = heard = Heard()
    ask(dspy.LM("embedded/test", engine=engine, num_retries=0, cache=False), [SYSTEM, USER])
    assert heard.messages == SENT
