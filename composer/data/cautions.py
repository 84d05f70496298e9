"""What is accepted of labelled data, and yet may not mean what its owner thinks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from composer.data.examples import Example
from library.control_tokens import control_tokens

NAMED = 5
"""How many examples a caution names."""


def cautions(examples: Sequence[Example]) -> tuple[str, ...]:
    """Return what to think about before these examples are used, a sentence or two each; usually empty."""
    return tuple(_control_tokens(examples))


def _control_tokens(examples: Sequence[Example]) -> Iterable[str]:
    found = {one.id: tokens for one in examples if (tokens := control_tokens("\n".join(one.inputs.values())))}
    if found:
        spelled = ", ".join(dict.fromkeys(token for tokens in found.values() for token in tokens))
        yield (
            f"{_named(list(found))} spell {spelled}: a model reads that as a control token and not as text. "
            "Remove it, or write `control_tokens: refuse` in the task's data."
        )


def _named(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - NAMED:,} more" if len(ids) > NAMED else ""
    return f"{len(ids):,} examples ({', '.join(ids[:NAMED])}{more})"
