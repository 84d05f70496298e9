"""Where a target takes the system text: in a message of its own, or at the start of the first user message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

SystemRole = Literal["role", "merge"]
"""What a target file's `system` says: `role` for a system message, `merge` for a model that knows none."""

PLACES: Mapping[SystemRole, str] = {
    "role": "system message",
    "merge": "start of the user message, before a blank line, as this target knows no system role",
}
"""What the prompt is sent as, in words."""

GAP = "\n\n"
"""What stands between a system text and the user message that it is merged into: one blank line."""


def as_sent(messages: Sequence[Mapping[str, str]], system: SystemRole) -> list[dict[str, str]]:
    """Return messages (role and content) as a target gets them.

    With `merge` the system texts go to the start of the first user message, each followed by one blank line, and
    nothing else changes: an empty one leaves no trace, and where there is no user message they become one.
    """
    if system == "role":
        return [dict(one) for one in messages]
    texts = [one["content"] for one in messages if one["role"] == "system"]
    others = [dict(one) for one in messages if one["role"] != "system"]
    first = next((one for one in others if one["role"] == "user"), None)
    if first is not None:
        first["content"] = GAP.join([*filter(None, texts), first["content"]])
        return others
    return [*([{"role": "user", "content": GAP.join(filter(None, texts))}] if any(texts) else []), *others]
