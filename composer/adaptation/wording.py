"""An adaptation in words: how it ended, what it gained, what it took; the same on pages and in commands."""

from __future__ import annotations

from composer.adaptation.outcome import Cost, Outcome
from composer.adaptation.records import Adaptation
from composer.answers.latency import lasting
from composer.evaluation.formatting import NAMES, SHARES, bracketed, change
from composer.search.prior import Prior

UNCHANGED = "the same prompt, nothing better was found"
"""How the adapted prompt differs from plain transfer where the search ends with what was carried over."""


def ended_in_words(one: Adaptation) -> str:
    """Return what became of carrying a prompt to a target: a candidate, or a no-go with its main reason."""
    start = f"adapted from {one.source}"
    if one.outcome is None:
        return f"{start}: {one.run_state}"
    main = one.outcome.reasons[0] if one.outcome.reasons else ""
    if one.outcome.kind == "no-go":
        return f"{start}: no-go. {main}".rstrip()
    return f"{start}: candidate {one.outcome.candidate_id}"


def over_transfer(found: Outcome) -> str:
    """Return what the adapted prompt changes against plain transfer, with its interval.

    `UNCHANGED` where it is the prompt carried over; empty where they weren't measured.
    """
    over = found.against_transfer
    if over is None:
        return UNCHANGED if found.side("adapted") and found.side("plain transfer") else ""
    unit = " points" if over.metric in SHARES else ""
    ends = [change(over.metric, end) for end in (over.low, over.high) if end is not None]
    bounds = f" {bracketed(*ends)}" if len(ends) == 2 else ""
    return f"{NAMES[over.metric]} {change(over.metric, over.value)}{unit}{bounds}"


def took(cost: Cost) -> str:
    """Return what an adaptation took from start to end: answers and minutes; `price_in_words` has the money."""
    share = f" ({cost.answers / cost.full:.0%} of the {cost.full:,} of a full run)" if cost.full else ""
    return f"{cost.answers:,} answers{share}, {cost.paid:,} paid; {lasting(cost.seconds)}"


def head_start(prior: Prior | None) -> str:
    """Return what is known of the snippets before the first answer, in a sentence."""
    if prior is None:
        return "No head start: no search on another target showed anything of these snippets."
    sources = ", ".join(f"{one.target} ({one.cells:,} answers)" for one in prior.sources)
    if set(prior.carry) == {""}:
        carried = f"{prior.carry['']:.0%}"
    else:
        carried = ", ".join(f"{kind or 'the others'} {share:.0%}" for kind, share in sorted(prior.carry.items()))
    known = f"{len(prior.snippets):,} snippets by searches on {sources}"
    return f"Head start: {known}, as far as effects are expected to carry over ({carried})."
