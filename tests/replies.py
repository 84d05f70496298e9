"""Whatever a server of the OpenAI chat API may send: any JSON, and near misses of its own shapes."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.servers import Reply

TEXT = st.text(st.characters() | st.sampled_from("\ud83d\udcff\0\x1b"), max_size=20)
"""Any text, with halves of surrogate pairs, NUL and what steers a terminal in it."""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(TEXT, inside, max_size=3),
    max_leaves=8,
)
ANSWERS = st.sampled_from(
    ['{"rating": 3}', '{"rating": 3} \ud83d', "3", "", "<think>hm</think>{}", '{"rating": 9}']
)
PART = st.fixed_dictionaries(
    {}, optional={"type": st.sampled_from(["text", "thinking", "refusal"]) | JSON, "text": JSON, "thinking": JSON}
)
MESSAGE = st.fixed_dictionaries(
    {},
    optional={
        "content": ANSWERS | st.lists(PART, max_size=2) | JSON,
        "refusal": JSON,
        "reasoning_content": JSON,
        "reasoning": JSON,
        "tool_calls": JSON,
    },
)
ENDS = st.sampled_from(["stop", "length", "content_filter", "tool_calls", None])
CHOICE = st.fixed_dictionaries(
    {}, optional={"message": MESSAGE | JSON, "finish_reason": ENDS | JSON, "error": st.none() | JSON}
)
USAGE = st.fixed_dictionaries(
    {}, optional={"prompt_tokens": JSON, "completion_tokens": JSON, "completion_tokens_details": JSON}
)
MODEL = st.sampled_from(["m", None]) | JSON
BODY = st.fixed_dictionaries(
    {},
    optional={
        "choices": st.lists(CHOICE | JSON, max_size=2) | JSON,
        "usage": USAGE | JSON,
        "model": MODEL,
        "system_fingerprint": st.none() | JSON,
        "error": st.none() | JSON,
    },
)
COMPLETION = st.fixed_dictionaries(
    {
        "choices": st.lists(
            st.fixed_dictionaries({"message": MESSAGE, "finish_reason": ENDS}), min_size=1, max_size=2
        )
    },
    optional={"usage": USAGE, "model": st.sampled_from(["m", None])},
)
"""A reply of the API's own shape, with any values in the places that matter."""
STATUS = st.sampled_from([200, 200, 200, 200, 200, 400, 401, 404, 429, 500, 504])
REPLY = st.builds(lambda body: Reply(200, body), COMPLETION) | st.builds(
    Reply, STATUS, COMPLETION | BODY | JSON | st.binary(max_size=30)
)
