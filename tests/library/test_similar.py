"""Which texts are near to each other, held on labelled pairs: these decide the scorer and its thresholds."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from rapidfuzz import fuzz

from library import similar
from library.similar import Wordings, compared

SAME = (
    (
        "Give 5 only when both texts report the same event.",
        "Give 5 only if both texts report one and the same event.",
    ),
    (
        "Statements of fact are neutral: rate them 0.",
        "Rate statements of fact 0: they are neutral.",
    ),
    (
        "Documents older than a year should be rated at least one point lower unless they are clearly evergreen.",
        "Rate documents older than a year at least one point lower, unless they're clearly evergreen.",
    ),
    (
        "Judge by the meaning of the texts and not by single words that they share.",
        "Judge the meaning of texts, not the single words they share.",
    ),
    (
        "Keep 4 and -4 for the strongest words there are; plain praise rates 2, plain blame -2.",
        "Plain praise rates 2 and plain blame -2; keep 4 and -4 for the strongest words.",
    ),
    (
        "Ignore differences in wording, tone and length.",
        "Ignore any difference in tone, wording or length.",
    ),
    (
        "Reserve 1 for texts that have nothing at all in common.",
        "Reserve the rating 1 for texts with nothing in common.",
    ),
    (
        "Answer with JSON only.",
        "Answer only with JSON.",
    ),
    (
        "A question rates 0 unless it complains.",
        "Questions rate 0 unless they complain.",
    ),
    (
        "Mocking or ironic praise is negative.",
        "Ironic or mocking praise is negative.",
    ),
    (
        "Give 3 when the texts share a country, an organisation or a person.",
        "Give 3 when both texts share a person, an organisation or a place.",
    ),
    (
        "A problem that was solved in the end rates 1.",
        "Rate a problem 1 if it was solved.",
    ),
    (
        "Keep 4 and -4 for the strongest words there are; plain praise rates 2, plain blame -2.",
        "Plain praise rates 2 and plain blame -2; the ends of the scale are for the strongest words.",
    ),
    (
        "Write the JSON object alone, without a code block around it.",
        "Write the JSON object without any code block.",
    ),
    (
        "An exclamation mark or capitals move the rating one step away from 0.",
        "Capitals and exclamation marks move a rating a step away from 0.",
    ),
)
"""Pairs that say the same in nearly the same words."""
PADDED = (
    (
        "Give no explanation.",
        "Please remember that you should always give no explanation at all.",
    ),
    (
        "Be careful and precise.",
        "Please be very careful and also be precise in all that you do here.",
    ),
    (
        "Read both texts to the end before you rate.",
        "It is important that you read both of the texts to the very end before you rate them.",
    ),
    (
        "Most sentences of a review rate between -2 and 2.",
        "Note that, in general, most of the sentences of a review rate between -2 and 2.",
    ),
    (
        "Write the label in lower case.",
        "Please make sure to always write the label in lower case.",
    ),
    (
        "Mild words such as good, nice or fine rate 1 or 2.",
        "Keep in mind that mild words, such as good, nice or fine, should rate 1 or 2.",
    ),
)
"""Pairs of which the second is the first with filler."""
OPPOSITE = (
    (
        "Rate higher when the document names the query's subject.",
        "Do not rate higher when the document names the query's subject.",
    ),
    (
        "Prefer recent documents.",
        "Prefer older documents.",
    ),
    (
        "When you hesitate between two ratings, give the higher one.",
        "When you hesitate between two ratings, give the lower one.",
    ),
    (
        "When in doubt, choose negative.",
        "When in doubt, choose positive.",
    ),
    (
        "Always explain the rating in one sentence.",
        "Never explain the rating in one sentence.",
    ),
    (
        "Judge the first half of a mixed sentence.",
        "Judge the last half of a mixed sentence.",
    ),
    (
        "Words that sound alike rate higher.",
        "Words that sound alike rate lower.",
    ),
    (
        "Spelling and sound count.",
        "Spelling and sound do not count.",
    ),
    (
        "Be strict: rate one lower than your first thought.",
        "Be generous: rate one higher than your first thought.",
    ),
    (
        "In a sentence with but, the part after it counts more.",
        "In a sentence with but, the part before it counts more.",
    ),
    (
        "Long documents deserve at least a 3.",
        "Long documents deserve at most a 3.",
    ),
    (
        "Ignore the title of a document.",
        "Consider the title of a document.",
    ),
    (
        "A wish, such as I wish it had, rates -1.",
        "A wish, such as I wish it had, rates 1.",
    ),
    (
        "Write the label in lower case.",
        "Write the label in upper case.",
    ),
    (
        "When you hesitate between two ratings, give the higher one.",
        "If you hesitate, give the lower of two ratings.",
    ),
    (
        "Old documents rate lower.",
        "Documents that are old should not rate lower.",
    ),
    (
        "Do not count spelling errors.",
        "Count errors of spelling.",
    ),
    (
        "A question rates 0.",
        "A question rates 2.",
    ),
    (
        "Put the most recent document first.",
        "Put the most recent document last.",
    ),
)
"""Pairs of one subject and opposite directions."""
DIFFERENT = (
    (
        "Mild words such as good, nice or fine rate 1 or 2.",
        "Strong words such as excellent, love or perfect rate 3.",
    ),
    (
        "Give 5 only when both texts report the same event.",
        "Give 4 when both texts belong to the same ongoing story, even if they report different days of it.",
    ),
    (
        "A short headline without a judgement rates 0.",
        "A sentence that only states a fact or a feature rates 0.",
    ),
    (
        "Opposites, such as hot and cold, rate 2 or less.",
        "A part and its whole, such as wheel and car, rate about 3.",
    ),
    (
        "A thing and its kind, such as rose and flower, rate about 6.",
        "A part and its whole, such as wheel and car, rate about 3.",
    ),
    (
        "Two members of one kind, such as dog and horse, rate about 4.",
        "A thing and its kind, such as rose and flower, rate about 6.",
    ),
    (
        "Give no explanation.",
        "Write plain text without a code block around it.",
    ),
    (
        "Use the whole scale.",
        "Use the whole scale, and give no rating to texts that are in a language other than English.",
    ),
    (
        "Be careful.",
        "Be careful with sarcasm: in film reviews it turns praise into blame and a compliment into an insult.",
    ),
    (
        "Rate the sentence.",
        "Rate the sentence by what it says of price, service and delivery, and leave out the product.",
    ),
    (
        "Texts from different fields, such as sport and politics, get 1.",
        "Two texts on the same broad topic, such as politics, war or crime, deserve at least a 2.",
    ),
    (
        "Read both texts to the end before you rate.",
        "Rate as an average newspaper reader would.",
    ),
    (
        "Judge what the words mean, not what they bring to mind.",
        "When a word has several meanings, take the ones that are nearest to each other.",
    ),
    (
        "A low price or a good value rates 2.",
        "A problem that was solved in the end rates 1.",
    ),
    (
        "Bad service or a support that does not answer rates -2.",
        "A defect, such as it broke or it does not work, rates -2.",
    ),
    (
        "A recommendation rates 2, and a warning to others -2.",
        "Better than another product rates 2; worse than another rates -2.",
    ),
    (
        "Faint or qualified praise still counts as positive.",
        "Mocking or ironic praise is negative.",
    ),
    (
        "Stay polite and professional.",
        "Be careful and precise.",
    ),
    (
        "Give 3 when the texts share a country, an organisation or a person but report different events.",
        "Give 4 when both texts belong to the same ongoing story, even if they report different days of it.",
    ),
    (
        "When praise and blame are mixed, choose the one that weighs more.",
        "When in doubt, choose negative.",
    ),
    (
        "Give 5 only when both texts report the same event.",
        "Give 4 only when both texts report the same story.",
    ),
    (
        "Explain in one sentence what decides it before you answer.",
        "Read the sentence to its end before you decide.",
    ),
    (
        "Rate newer documents higher.",
        "Rate shorter documents lower.",
    ),
    (
        "A question rates 0.",
        "A headline rates 0.",
    ),
    (
        "A question rates 0.",
        "A headline rates 2.",
    ),
    (
        "Texts about the same conflict, company, person or case deserve 3 or more.",
        "Give 3 when the texts share a country, an organisation or a person but report different events.",
    ),
    (
        "Use the whole scale.",
        "Most sentences rate in the middle of the scale.",
    ),
    (
        "Never lower the rating for a late answer.",
        "Always raise the rating for an early answer.",
    ),
    (
        "Prefer documents that name the product.",
        "Prefer documents that name the price.",
    ),
    (
        "Answer in the language of the question.",
        "Answer the question in one word.",
    ),
)
"""Pairs that may stand side by side, however many words they share."""

AFTERWARDS = (
    ("near", "Sarcastic praise counts as blame.", "Count sarcastic praise as blame."),
    (
        "near",
        "If only one half of the sentence praises, rate 1.",
        "Rate 1 when just one half of the sentence is praise.",
    ),
    ("near", "Texts about two different wars rate 2.", "Two texts on different wars rate 2."),
    ("near", "Do not repeat the document in the answer.", "Never repeat any part of the document in your answer."),
    ("near", "A product that arrived late rates -1.", "Rate -1 for a product that arrived late, please."),
    (
        "near",
        "Judge the film and not the book it is based on.",
        "You should judge the film, not the book on which it is based.",
    ),
    ("near", "Names of places alone are a weak link.", "Place names by themselves are only a weak link."),
    ("near", "Treat missing information as neutral.", "Information that is missing should be treated as neutral."),
    ("near", "Prefer the most specific label that fits.", "Always choose the most specific fitting label."),
    (
        "near",
        "Two reports of one accident rate 5, even from different days.",
        "Rate 5 for two reports of one accident, even if from different days.",
    ),
    ("opposite", "Capitals make the rating stronger.", "Capitals do not make the rating stronger."),
    ("opposite", "Count quoted words of others.", "Ignore quoted words of others."),
    ("opposite", "Rate long reviews higher.", "Rate long reviews lower."),
    ("opposite", "The first sentence decides.", "The last sentence decides."),
    ("opposite", "Give at least 2 to texts from one country.", "Give at most 2 to texts from one country."),
    ("opposite", "Prefer sources from after the event.", "Prefer sources from before the event."),
    ("opposite", "A joke is positive.", "A joke is negative."),
    ("opposite", "Typing errors lower the rating.", "Typing errors never lower the rating."),
    ("opposite", "Mentions of a competitor rate 1.", "Mentions of a competitor rate -1."),
    ("opposite", "Be lenient with beginners.", "Be strict with beginners."),
    ("different", "Sarcastic praise counts as blame.", "Mild praise counts as neutral."),
    ("different", "A product that arrived late rates -1.", "A product that arrived broken rates -3."),
    ("different", "Texts about two different wars rate 2.", "Texts about two battles of one war rate 4."),
    ("different", "The first sentence decides.", "The title decides where there is one."),
    ("different", "Do not repeat the document in the answer.", "Do not look anything up."),
    ("different", "Rate long reviews higher.", "Rate reviews with pictures higher."),
    ("different", "A joke is positive.", "A pun in the title is no judgement."),
    ("different", "Judge the film and not the book it is based on.", "Judge the actors by this film alone."),
    ("different", "Count quoted words of others.", "Count each feature that is named."),
    ("different", "Be lenient with beginners.", "Be lenient with spelling."),
)
"""Pairs that had no part in choosing anything, with what they are."""


def kind(one: str, other: str) -> str:
    found = compared(one, other)
    return found.kind if found else "different"


@pytest.mark.parametrize(("one", "other"), [*SAME, *PADDED])
def test_a_rule_in_nearly_the_same_words_is_near_however_it_is_padded(one: str, other: str) -> None:
    assert (kind(one, other), kind(other, one)) == ("near", "near")


@pytest.mark.parametrize(("one", "other"), OPPOSITE)
def test_one_subject_with_the_opposite_direction_is_a_contradiction(one: str, other: str) -> None:
    assert (kind(one, other), kind(other, one)) == ("opposite", "opposite")


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_rules_that_may_stand_side_by_side_are_not_near(one: str, other: str) -> None:
    assert (kind(one, other), kind(other, one)) == ("different", "different")


def test_pairs_that_had_no_part_in_the_choice_are_told_apart_too() -> None:
    found = [(meant, kind(one, other)) for meant, one, other in AFTERWARDS]
    assert [(meant, one) for meant, one in found if meant != one] == [("near", "different")] * 2


def by_words(one: str, other: str) -> float:
    parts = Wordings([("", other)])
    own = similar._taken_apart(one)
    scores = [*parts._scores(own.words, parts._words, 0), *parts._scores(own.subject, parts._subjects, 0)]
    return max(score for _, score in scores)


def by_letters(one: str, other: str) -> float:
    first, second = (" ".join(sorted(similar._taken_apart(text).words)) for text in (one, other))
    return fuzz.ratio(first, second)


def wrong(scorer: Callable[[str, str], float]) -> int:
    """Return how many labelled pairs the best threshold for a scorer leaves on the wrong side."""
    near = [scorer(*pair) for pair in (*SAME, *PADDED, *OPPOSITE)]
    far = [scorer(*pair) for pair in DIFFERENT]
    return min(sum(one < cut for one in near) + sum(one >= cut for one in far) for cut in {*near, *far})


def test_content_words_tell_the_labelled_pairs_apart_better_than_what_rapidfuzz_makes_of_the_texts() -> None:
    assert (len(SAME + PADDED + OPPOSITE), len(DIFFERENT)) == (40, 30)
    scorers = (by_words, by_letters, fuzz.WRatio, fuzz.token_set_ratio, fuzz.token_sort_ratio, fuzz.ratio)
    assert [wrong(scorer) for scorer in scorers] == [1, 5, 10, 11, 12, 13]


def test_a_text_that_merely_begins_like_another_is_not_near_although_wratio_says_so() -> None:
    short, long = next(pair for pair in DIFFERENT if pair[0] == "Use the whole scale.")
    assert fuzz.WRatio(short, long) >= 85
    assert compared(short, long) is None


def test_the_same_text_comes_first_then_the_opposite_then_the_nearest() -> None:
    known = Wordings(
        [
            ("near", "Rate a question 0, unless it complains of something."),
            ("opposite", "A question rates 2 unless it complains."),
            ("same", "A question rates 0 unless it complains."),
            ("far", "Write the label in lower case."),
        ]
    )
    found = known.near("A question rates 0 unless it complains.")
    assert [(one.key, one.kind) for one in found] == [("same", "same"), ("opposite", "opposite"), ("near", "near")]
    assert found[0].similarity == 1
    assert found[1].differs == "it has 0 where the other has 2"
    assert 0.78 <= found[2].similarity < 1


def test_a_snippet_is_not_compared_with_itself() -> None:
    known = Wordings([("question", "A question rates 0.")])
    assert known.near("A question rates 0.", without="question") == ()
    assert known.near("Questions rate 0.", without="question") == ()


def test_two_directions_that_cancel_are_no_contradiction() -> None:
    assert kind("Do not ignore the title.", "Consider the title.") != "opposite"
    assert kind("Never ignore the title.", "Ignore the title.") == "opposite"


@pytest.mark.parametrize("text", ["", " ", "…", "?!"])
def test_a_text_without_words_is_near_to_nothing(text: str) -> None:
    assert Wordings([("question", "A question rates 0."), ("signs", "!!")]).near(text) == ()


def test_texts_in_other_scripts_are_compared_by_their_words() -> None:
    assert kind("Оценивай вопрос нулём.", "Оценивай нулём вопрос.") == "near"
    assert kind("疑问句评分为零", "疑问句的评分为零") == "near"
    assert kind("疑问句评分为零", "先读完整篇文章") == "different"


def test_thousands_of_texts_after_one_pattern_are_compared_at_once() -> None:
    known = Wordings((f"k{n}", f"Rate {n % 7} when document {n} mentions word{n % 300}.") for n in range(10_000))
    started = time.perf_counter()
    found = known.near("Rate 3 when document 5 mentions word8.")
    assert time.perf_counter() - started < 1  # far above what it takes, on a machine that is busy
    assert len(found) == similar.MOST
