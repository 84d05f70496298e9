"""What the answers of an adaptation cost, or what to do where that is not known."""

from __future__ import annotations

from sqlmodel import Session

from composer.adaptation.records import Adaptation
from composer.answers.cost import money_for
from composer.answers.latency import answer_tokens
from composer.models.target import Target
from composer.registry.targets import get_target
from library.errors import Refused


def price_in_words(session: Session, one: Adaptation) -> str:
    """Return what an ended adaptation cost, by the target's price then or, where it had none, by its price now.

    Empty where it has not ended.
    """
    if one.outcome is None:
        return ""
    cost = one.outcome.cost
    if cost.money is not None:
        return f"about {cost.money:.2g} by the target’s price"
    try:
        target = get_target(session, one.target)
    except Refused:
        return "not known"
    now = money_for(target, cost.paid, answer_tokens(session, target.name))
    return no_price(target) if now is None else f"about {now:.2g} by the price that the target has now"


def no_price(target: Target) -> str:
    """Return why a target's answers have no price, and how to give them one, in words."""
    if target.prices is not None:
        return "not known: the target reports no tokens"
    why = "the model runs on this machine, and" if target.kind == "embedded" else "not known:"
    return (
        f"{why} the target states none. State price_per_million_tokens in its file and add it again "
        "(composer target add FILE): its answers are kept."
    )
