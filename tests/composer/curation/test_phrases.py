import pytest

from composer.curation.phrases import in_figures, is_ruled_out, sentences


def test_colons_and_semicolons_part_sentences_and_dots_in_numbers_do_not() -> None:
    assert list(sentences("Be strict: give 3.5; e.g. never. Why?")) == [
        "Be strict",
        "give 3.5",
        "e.g",
        "never",
        "Why",
    ]


@pytest.mark.parametrize(
    ("sentence", "word", "ruled_out"),
    [
        ("Never use XML", "XML", True),
        ("Use XML", "XML", False),
        ("Do not explain it, use XML", "XML", False),
        ("Answer without a code block", "code", True),
        ("Don’t ever answer in XML", "XML", True),
        ("Not prose but XML", "XML", False),
        ("XML and nothing else, never YAML", "XML", False),
    ],
)
def test_a_negation_before_a_place_rules_it_out_up_to_a_turn(sentence: str, word: str, ruled_out: bool) -> None:
    assert is_ruled_out(sentence, sentence.index(word)) is ruled_out


def test_number_words_become_figures_where_they_are_numbers() -> None:
    assert in_figures("Give Ten or −2, from one to five") == "Give 10 or -2, from 1 to 5"
    assert in_figures("one of them") == "one of them"
