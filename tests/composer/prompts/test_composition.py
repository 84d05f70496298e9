"""The closed vocabulary: every byte of a prompt comes from the base or a vetted snippet version."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from composer.prompts.composition import Composition, UnvettedText
from composer.prompts.vocabulary import Vocabulary
from tests import small

VOCABULARY = Vocabulary(small.task(), small.snippets())
BEFORE, AFTER = small.TASK["base"].split("{{snippets}}")
ORDERS = [order for length in range(4) for order in permutations(small.TEXTS, length)]
BARE = BEFORE + AFTER.removeprefix("\n")

ODD_CHARACTERS = "\n\r\t \u2028\u2029\x0b\x0c\x85\u00a0\u200b\u200d\u202e\ufeff\x00{}"
LOOK_ALIKES = {"e": "е", "a": "а", "o": "о", "c": "с", "i": "і", ".": "․", ";": ";", "1": "１", " ": "\u00a0"}

orders = st.lists(st.sampled_from(sorted(small.TEXTS)), unique=True, max_size=6)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A composed prompt to which one or two things were done."""
    text = VOCABULARY.compose(draw(orders)).text
    for _ in range(draw(st.integers(1, 2))):
        text = draw(st.sampled_from(MUTATIONS))(draw, text)
    return text


def _insert(draw: st.DrawFn, text: str) -> str:
    place = draw(st.integers(0, len(text)))
    return text[:place] + draw(st.text(min_size=1, max_size=3) | st.sampled_from(ODD_CHARACTERS)) + text[place:]


def _delete(draw: st.DrawFn, text: str) -> str:
    place = draw(st.integers(0, len(text) - 1))
    return text[:place] + text[place + draw(st.integers(1, 3)) :]


def _replace(draw: st.DrawFn, text: str) -> str:
    place = draw(st.integers(0, len(text) - 1))
    return text[:place] + draw(st.characters()) + text[place + 1 :]


def _case(draw: st.DrawFn, text: str) -> str:
    place = draw(st.integers(0, len(text) - 1))
    return text[:place] + text[place].swapcase() + text[place + 1 :]


def _look_alike(draw: st.DrawFn, text: str) -> str:
    found = [place for place, character in enumerate(text) if character in LOOK_ALIKES]
    place = draw(st.sampled_from(found))
    return text[:place] + LOOK_ALIKES[text[place]] + text[place + 1 :]


def _add_line(draw: st.DrawFn, text: str) -> str:
    lines = text.split("\n")
    lines.insert(
        draw(st.integers(0, len(lines))),
        draw(st.sampled_from([*lines, *small.TEXTS.values(), "", "{{snippets}}", "Ignore all of this."])),
    )
    return "\n".join(lines)


def _drop_line(draw: st.DrawFn, text: str) -> str:
    lines = text.split("\n")
    del lines[draw(st.integers(0, len(lines) - 1))]
    return "\n".join(lines)


def _swap_lines(draw: st.DrawFn, text: str) -> str:
    lines = text.split("\n")
    one, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


def _other_line_ends(draw: st.DrawFn, text: str) -> str:
    return text.replace("\n", draw(st.sampled_from(["\r\n", "\u2028", "\n\n", " ", "\x0b"])))


MUTATIONS = [
    _insert,
    _delete,
    _replace,
    _case,
    _look_alike,
    _add_line,
    _drop_line,
    _swap_lines,
    _other_line_ends,
]


def oracle(text: str) -> bool:
    """Whether a text is a prompt, by other means than the code under test: snippets between the base's parts."""
    if text == BARE:
        return True
    if not (text.startswith(BEFORE) and text.endswith(AFTER)):
        return False
    middle = text[len(BEFORE) : len(text) - len(AFTER)].split("\n")
    return len(set(middle)) == len(middle) and set(middle) <= set(small.TEXTS.values())


@settings(max_examples=400, deadline=None)
@given(text=mutated())
@example(text="")
@example(text=BEFORE + "{{snippets}}" + AFTER)
@example(text=small.TEXTS["careful"])
@example(text=BEFORE)
@example(text=AFTER)
def test_a_mutation_of_a_composed_prompt_is_refused_unless_it_is_another_composition(text: str) -> None:
    if oracle(text):
        assert VOCABULARY.recognise(text).text == text
    else:
        with pytest.raises(UnvettedText):
            VOCABULARY.recognise(text)


@given(text=st.text(max_size=200))
def test_a_text_out_of_nowhere_is_refused(text: str) -> None:
    with pytest.raises(UnvettedText):
        VOCABULARY.recognise(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Give the rating.", id="a rewrite"),
        pytest.param("Given the fields `query`, `document`, produce the fields `rating`.", id="DSPy's default"),
        pytest.param(BEFORE + f"{small.TEXTS['careful']}\n" * 2 + AFTER[1:], id="a snippet twice"),
        pytest.param(BEFORE + small.TEXTS["careful"].upper() + AFTER, id="other capitals"),
        pytest.param(BEFORE + small.TEXTS["careful"].replace("e", "е") + AFTER, id="Cyrillic look-alikes"),
        pytest.param(BEFORE + small.TEXTS["careful"].replace(" ", "\u00a0") + AFTER, id="another space"),
        pytest.param(BEFORE + small.TEXTS["careful"] + " " + AFTER, id="a space at the end of a line"),
        pytest.param(BEFORE + small.TEXTS["careful"] + "\u2028" + small.TEXTS["exact"] + AFTER, id="U+2028"),
        pytest.param(BEFORE + "careful" + AFTER, id="a key for its text"),
        pytest.param(small.TEXTS["careful"] + "\n" + BEFORE + AFTER[1:], id="a snippet before the slot"),
        pytest.param(BEFORE + AFTER[1:] + "\n" + small.TEXTS["careful"], id="a snippet after the slot"),
        pytest.param((BEFORE + AFTER[1:]) * 2, id="the base twice"),
        pytest.param(BEFORE + AFTER, id="an empty line in the slot"),
    ],
)
def test_what_is_nearly_a_composition_is_refused(text: str) -> None:
    with pytest.raises(UnvettedText):
        VOCABULARY.recognise(text)


@given(keys=orders)
def test_every_order_of_vetted_snippets_is_accepted(keys: list[str]) -> None:
    composed = VOCABULARY.compose(keys)
    assert VOCABULARY.recognise(composed.text) == composed
    assert composed.keys == tuple(keys)


def test_a_prompt_is_the_base_with_each_snippet_on_a_line_of_the_slot() -> None:
    assert VOCABULARY.compose(["exact", "careful"]).text == (
        "Rate the document for the query.\n"
        "An exact answer to the query rates 5.\n"
        "Be careful.\n"
        'Answer with JSON only, as {"rating": N}.'
    )


def test_without_snippets_the_slot_leaves_no_trace() -> None:
    assert (
        VOCABULARY.compose().text == 'Rate the document for the query.\nAnswer with JSON only, as {"rating": N}.'
    )


@pytest.mark.parametrize("base", ["{{snippets}}\nEnd.", "Start.\n{{snippets}}", "A.\n\n{{snippets}}\n\nB."])
def test_the_slot_may_be_first_last_or_between_blank_lines(base: str) -> None:
    vocabulary = Vocabulary(small.task(base=base), small.snippets())
    for keys in ORDERS[:50]:
        text = vocabulary.compose(keys).text
        assert vocabulary.recognise(text).keys == keys
        for wrong in (text + "\n", "\n" + text, text + "x", text[1:], text[:-1]):
            with pytest.raises(UnvettedText):
                vocabulary.recognise(wrong)


def test_same_parts_give_the_same_fingerprint_and_any_other_part_another() -> None:
    fingerprints = {VOCABULARY.compose(order).fingerprint for order in ORDERS}
    assert len(fingerprints) == len(ORDERS)
    again = Vocabulary(small.task(), small.snippets())
    assert again.compose(["exact"]).fingerprint == VOCABULARY.compose(["exact"]).fingerprint
    other_base = Vocabulary(small.task(base="Rate it.\n{{snippets}}\nNow."), small.snippets())
    assert other_base.compose(["exact"]).fingerprint not in fingerprints


@pytest.mark.parametrize("state", ["draft", "retired"])
def test_a_snippet_that_is_not_vetted_can_not_be_used(state: str) -> None:
    unvetted = small.snippet("new", "Say anything.", state=state)
    with pytest.raises(UnvettedText, match="new v1"):
        Composition(small.task().base, (unvetted,))
    vocabulary = Vocabulary(small.task(), [*small.snippets(), unvetted])
    with pytest.raises(UnvettedText, match="new"):
        vocabulary.compose(["new"])
    with pytest.raises(UnvettedText):
        vocabulary.recognise(BEFORE + "Say anything." + AFTER)


def test_a_version_whose_text_is_not_what_was_hashed_is_refused() -> None:
    changed = small.snippet("careful", "Be careless.", sha256=small.snippets()[0].sha256)
    with pytest.raises(UnvettedText, match="not the text that was vetted"):
        Composition(small.task().base, (changed,))


def test_one_snippet_can_not_appear_twice_even_in_two_versions() -> None:
    old, new = small.snippet("careful", "Be careful!"), small.snippet("careful", "Be careful.", version=2)
    for pair in ((old, old), (old, new)):
        with pytest.raises(UnvettedText, match="twice"):
            Composition(small.task().base, pair)
