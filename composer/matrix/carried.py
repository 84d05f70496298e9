"""How an adaptation ended, or how far it is, in a few words."""

from __future__ import annotations

from composer.adaptation.records import Adaptation


def carried_in_words(one: Adaptation) -> str:
    """Return what became of carrying a prompt to a target: a candidate, or a no-go with its main reason."""
    start = f"adapted from {one.source}"
    if one.outcome is None:
        return f"{start}: {one.run_state}"
    main = one.outcome.reasons[0] if one.outcome.reasons else ""
    if one.outcome.kind == "no-go":
        return f"{start}: no-go. {main}".rstrip()
    return f"{start}: candidate {one.outcome.candidate_id}"
