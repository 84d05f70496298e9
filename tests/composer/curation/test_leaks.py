import time

import numpy as np
import pytest

from composer.curation.leaks import Leak, Leaks, Text, runs_of, words_of

AUTHORING = Text("pair-7", ["The raid on the harbour began at dawn, say the police.", "A second text."])
SEALED = Text("", ["Mail to jo.doe@example.org or ask @harbour_watch, see https://example.org/raid?id=7."])
KNOWN = Leaks([SEALED, AUTHORING])


def test_five_words_in_a_row_are_a_leak_whatever_their_capitals_and_signs() -> None:
    found = KNOWN.find("Rate 5 when the RAID on the harbour (began) early.")
    assert found == (Leak("the RAID on the harbour (began", "words", "pair-7"),)


def test_four_words_in_a_row_are_none() -> None:
    assert KNOWN.find("Rate 5 when a raid on the harbour starts.") == ()


def test_a_longer_run_is_one_leak() -> None:
    found = KNOWN.find("On the harbour began at dawn, say the police, and so on.")
    assert [one.words for one in found] == ["On the harbour began at dawn, say the police"]


def test_two_runs_are_two_leaks() -> None:
    found = KNOWN.find("The raid on the harbour; began at dawn say the.")
    assert [one.words for one in found] == ["The raid on the harbour; began at dawn say the"]
    found = KNOWN.find("The raid on the harbour, which at dawn say the police.")
    assert [one.words for one in found] == ["The raid on the harbour", "at dawn say the police"]


def test_no_run_goes_from_one_text_into_the_next() -> None:
    assert KNOWN.find("say the police a second text") == ()


def test_a_run_of_the_prompt_itself_is_allowed() -> None:
    allowed = runs_of("You read about the raid on the harbour.")
    assert KNOWN.find("The raid on the harbour", allowed) == ()
    assert KNOWN.find("The raid on the harbour began", allowed)[0].words == "raid on the harbour began"


def test_a_run_of_small_words_alone_is_no_leak() -> None:
    small = Leaks([Text("a", ["It is what it is for all of them, and not for you."])])
    assert small.find("It is what it is for all of them.") == ()


@pytest.mark.parametrize(
    ("text", "words", "kind"),
    [
        ("Ask @Harbour_Watch first.", "@harbour_watch", "handle"),
        ("Write to Jo.Doe@example.org.", "jo.doe@example.org", "e-mail address"),
        ("See http://www.example.org/raid?id=7, too.", "example.org/raid?id=7", "URL"),
    ],
)
def test_handles_addresses_and_urls_of_the_data_are_leaks(text: str, words: str, kind: str) -> None:
    assert KNOWN.find(text) == (Leak(words, kind, ""),)


@pytest.mark.parametrize(
    "text", ["Ask @somebody.", "Write to a@b.org.", "See https://example.com.", "A rate of 5 @ 3"]
)
def test_those_that_the_data_do_not_have_are_none(text: str) -> None:
    assert KNOWN.find(text) == ()


def test_of_a_run_that_several_examples_have_the_one_that_may_be_named_is_found() -> None:
    both = Leaks([Text("", AUTHORING.inputs), AUTHORING])
    assert both.find("The raid on the harbour")[0].example == "pair-7"
    assert Leaks([Text("", AUTHORING.inputs)]).find("The raid on the harbour")[0].example == ""


def test_runs_are_found_as_a_search_of_each_text_would_find_them() -> None:
    rng = np.random.default_rng(0)
    words = [f"w{number}" for number in range(9)]
    texts = [" ".join(rng.choice(words, 12)) for _ in range(60)]
    known = Leaks([Text(str(number), [text]) for number, text in enumerate(texts)])
    for _ in range(300):
        run = " ".join(rng.choice(words, 5))
        assert bool(known.find(run)) == any(f" {run} " in f" {text} " for text in texts)


PAIRS = Leaks([Text("p-1", ["hot", "cold"]), Text("", ["begin again", "start"]), Text("p-3", ["of the", "to a"])])


def test_all_inputs_of_an_example_that_has_but_short_ones_are_a_leak() -> None:
    assert PAIRS.find("Opposites, such as Hot and cold, rate 2.") == (Leak("“hot” and “cold”", "inputs", "p-1"),)
    assert PAIRS.find("To start is to begin again.") == (Leak("“begin again” and “start”", "inputs", ""),)


@pytest.mark.parametrize("text", ["It is hot.", "Hotter and colder", "Begin, and start again.", "of the to a"])
def test_some_of_its_inputs_are_none(text: str) -> None:
    assert PAIRS.find(text) == ()


def test_a_single_short_input_is_none() -> None:
    assert Leaks([Text("a", ["great stuff"])]).find("Great stuff rates 3.") == ()


@pytest.mark.parametrize("text", ["", "one two", "“”", "a b c d e"])
def test_nothing_leaks_where_there_are_no_examples(text: str) -> None:
    assert Leaks([]).find(text) == ()
    assert Leaks([Text("a", ["too short"])]).find(text) == ()


def test_words_are_in_small_letters_with_their_apostrophes() -> None:
    assert words_of("It doesn’t WORK_well – 3.5 times!") == ["it", "doesn't", "work", "well", "3", "5", "times"]


def test_twenty_thousand_texts_are_quickly_indexed_and_asked() -> None:
    rng = np.random.default_rng(0)
    words = np.array([f"w{number}" for number in range(20_000)])
    texts = [Text("", [" ".join(rng.choice(words, 17))]) for _ in range(20_000)]
    started = time.perf_counter()
    known = Leaks(texts)
    made = time.perf_counter()
    known.find(" ".join(rng.choice(words, 50)))
    assert made - started < 10  # far above what they take, on a machine that is busy
    assert time.perf_counter() - made < 0.5
