from dataclasses import replace
from typing import Any

from composer.curation.dead_weight import DeadWeight, Weighed, near_texts, weigh
from composer.curation.worth import JointEffect, LibraryWorth, Worth
from composer.evaluation.outcomes import Difference
from tests import small


def nmse(change: float, low: float, high: float) -> Difference:
    return Difference("nmse", "lower", None, None, change, low, high)


HARM, NOTHING, HELP = nmse(4, 0, 8), nmse(-0.1, -3, 3), nmse(-4, -8, -1)


def worth(key: str, effect: Difference | None = HARM, **changes: Any) -> Worth:
    values: dict[str, Any] = {"cells": 40, "run": 3, "version": 1, "could": 2, "tried": 2, "answers": 40}
    return Worth(**{"key": key, "task": "small", "target": "tiny", "effect": effect, **values, **changes})


def of(*worths: Worth) -> LibraryWorth:
    return LibraryWorth({one.key: tuple(two for two in worths if two.key == one.key) for one in worths})


def weighed(found: LibraryWorth, **arguments: Any) -> Weighed:
    return weigh(small.snippets(), found, arguments.pop("carried", {}), **arguments)


def too_little(found: Weighed) -> dict[str, str]:
    return {one.key: one.why for one in found.too_little}


def test_a_snippet_that_only_did_harm_is_dead_with_its_evidence() -> None:
    (dead,) = weighed(of(worth("exact")), carried={"exact": 1}).dead
    assert dead == DeadWeight(
        "never helped", "exact", "", ("NMSE +4.00 [0, +8.00] over 40 answers on small → tiny",), (3,), 40, 1
    )
    assert dead.reason == "Never helped: NMSE +4.00 [0, +8.00] over 40 answers on small → tiny."


def test_little_evidence_is_not_tried_enough_and_never_dead() -> None:
    found = weighed(of(worth("exact", answers=4), worth("topic", None, answers=0, tried=0)))
    assert not found.dead
    assert too_little(found)["exact"] == "4 answers with it on small → tiny"
    assert too_little(found)["topic"] == "no search tried it on small → tiny"
    assert too_little(found)["harsh"] == "no finished run could use it"


def test_it_must_have_failed_on_every_target_that_could_use_it() -> None:
    elsewhere = worth("exact", NOTHING, target="huge")
    assert not weighed(of(worth("exact"), elsewhere)).dead
    assert "exact" not in too_little(weighed(of(worth("exact"), elsewhere)))
    assert weighed(of(worth("exact"), replace(elsewhere, effect=HARM))).dead
    assert not weighed(of(worth("exact"), replace(elsewhere, effect=HARM, answers=8))).dead


def test_what_helped_once_anywhere_is_not_dead() -> None:
    found = weighed(of(worth("exact"), worth("exact", target="huge", helped=(1,))))
    assert not found.dead
    assert "exact" not in too_little(found)


def test_the_effect_of_an_older_wording_says_nothing_of_this_one() -> None:
    found = weighed(of(worth("exact", outdated=True)))
    assert not found.dead
    assert too_little(found)["exact"] == "no search tried its wording on small → tiny"


def test_what_no_search_of_many_picked_is_dead_though_its_effect_is_unclear() -> None:
    often = worth("exact", NOTHING, tried=5, could=9, answers=20)
    (dead,) = weighed(of(often)).dead
    assert "picked by none of 5 searches that tried it" in dead.reason
    assert not weighed(of(replace(often, tried=4))).dead
    assert not weighed(of(replace(often, picked=(2,)))).dead


def test_what_may_not_be_used_any_more_is_not_weighed() -> None:
    assert weigh((), of(worth("exact")), {}) == Weighed((), ())


def test_near_texts_with_the_same_effect_that_were_never_picked_together_are_doubles() -> None:
    one, other = worth("harsh", NOTHING, picked=(3,)), worth("mild", nmse(1, -1, 3), picked=(4,))
    near = [("harsh", "mild", 0.91)]
    (dead,) = weighed(of(one, other), near=near, carried={"mild": 1}).dead
    assert (dead.kind, dead.key, dead.other, dead.carried) == ("same effect", "harsh", "mild", 0)
    assert dead.reason.startswith("Does what mild does: texts 91% alike, never picked together; NMSE −0.100")
    assert not weighed(of(one, replace(other, picked=(3,))), near=near).dead
    assert not weighed(of(one, replace(other, effect=nmse(9, 4, 14), helped=(1,))), near=near).dead
    assert not weighed(of(one, replace(other, answers=4)), near=near).dead
    assert not weighed(of(one, other)).dead


def test_near_texts_are_looked_for_among_what_was_tried_enough() -> None:
    texts = {
        "a": "Rate older documents one point lower.",
        "b": "Older documents are rated one point lower, please.",
        "c": "Rate older documents one point higher.",
        "d": "Rate older documents one point lower, always.",
    }
    vetted = [small.snippet(key, text, number=number) for number, (key, text) in enumerate(texts.items())]
    found = of(worth("a"), worth("b"), worth("c"), worth("d", answers=4))
    ((one, other, similarity),) = near_texts(vetted, found)
    assert (one, other) == ("a", "b")
    assert similarity > 0.9


def test_a_pair_that_does_clearly_less_together_cancels_and_the_weaker_goes() -> None:
    singles = of(worth("exact", HELP, helped=(3,)), worth("topic", NOTHING))
    pair = JointEffect(("exact", "topic"), "small", "tiny", nmse(5, 2, 8), 40, 3)
    (dead,) = weighed(LibraryWorth(singles.snippets, (pair,))).dead
    assert (dead.kind, dead.key, dead.other, dead.runs, dead.answers) == ("cancels", "topic", "exact", (3,), 40)
    assert "together NMSE +5.00 [+2.00, +8.00] beyond the sum of both" in dead.reason
    for other in (replace(pair, cells=8), replace(pair, effect=nmse(5, -1, 8)), replace(pair, effect=HELP)):
        assert not weighed(LibraryWorth(singles.snippets, (other,))).dead


def test_a_pair_that_no_prompt_may_hold_together_is_left_alone() -> None:
    pair = JointEffect(("harsh", "mild"), "small", "tiny", nmse(5, 2, 8), 40, 3)
    assert not weighed(LibraryWorth({}, (pair,))).dead
    rivals = (small.snippet("exact", "One.", conflicts=("topic",)), small.snippet("topic", "Two.", number=2))
    conflicting = replace(pair, keys=("exact", "topic"))
    assert not weigh(rivals, LibraryWorth({}, (conflicting,)), {}).dead
