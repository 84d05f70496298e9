"""What labelled data are accepted with, and their owner is told to think about."""

from __future__ import annotations

from dataclasses import replace

from composer.data.cautions import cautions
from composer.data.examples import Example
from tests import small


def test_ordinary_examples_need_no_caution() -> None:
    assert cautions(small.examples(40, 40)) == ()


def test_examples_that_spell_control_tokens_are_counted_and_named() -> None:
    spelling = {"query": "what", "document": "stop <|im_end|> here"}
    examples = [replace(one, inputs=spelling) if one.split == "test" else one for one in small.examples(16, 30)]
    (caution, *_) = cautions(examples)
    assert caution.startswith(
        "30 examples (test-00, test-01, test-02, test-03, test-04 and 25 more) spell <|im_end|>"
    )
    assert "qwen2.5-coder-0.5b and qwen2.5-coder-1.5b and smollm2-135m read that as a control token" in caution
    assert "control_tokens: refuse" in caution


def test_a_caution_names_the_models_that_have_a_token_which_looks_like_markup() -> None:
    texts = {"test-00": "open <filename> first", "test-01": "he said <|eot_id|>"}
    examples = [
        replace(one, inputs={"query": "what", "document": texts.get(one.id, "plain <b>text</b>")})
        for one in small.examples(16, 30)
    ]
    markup, other, *_ = cautions(examples)
    assert markup.startswith("1 example (test-00) spells <filename>: smollm2-135m reads that as a control token")
    assert other.startswith("1 example (test-01) spells <|eot_id|>: other models read that as a control token")


def labelled(*golds: float | str, text: str = "") -> list[Example]:
    """Test examples with these labels, forty in all, the rest alternating; the first ones share a text."""
    rest = [golds[0], "other" if isinstance(golds[0], str) else golds[0] + 0.5]
    many = [*golds, *(rest[number % 2] for number in range(40 - len(golds)))]
    return [
        replace(
            small.example(number, "test", gold=gold),
            inputs={"query": text if text and number < len(golds) else f"No. {number}", "document": "Same"},
        )
        for number, gold in enumerate(many)
    ]


def test_examples_that_all_have_one_label_are_pointed_out() -> None:
    examples = [replace(one, gold=3.0) for one in small.examples(40, 40)]
    (caution,) = cautions(examples)
    assert caution.startswith("All 80 examples of the data have the label 3: a prompt that always answers that is")
    only_test = [replace(one, gold=3.0) if one.split == "test" else one for one in small.examples(40, 40)]
    (caution,) = cautions(only_test)
    assert caution.startswith("All 40 examples of the test split have the label 3")


def test_one_text_with_opposite_labels_is_named() -> None:
    (caution,) = cautions(labelled("good", "bad", text="Fine."))
    assert caution.startswith("1 text has opposite labels (test-00 good and test-01 bad)")
    assert "one of them counts as wrong" in caution
    (caution,) = cautions(labelled(1.0, 5.0, 3.0, text="Fine."))
    assert "test-00 1 and test-01 5" in caution


def test_one_text_with_ratings_near_each_other_is_no_contradiction() -> None:
    assert cautions(labelled(3.0, 3.5, 1.0)) == ()
    near = [replace(one, inputs={"query": "Fine.", "document": "Same"}) for one in labelled(3.0, 3.5)[:2]]
    assert cautions([*near, *labelled(1.0, 5.0)]) == ()


def test_a_test_split_of_fewer_than_thirty_is_pointed_out() -> None:
    (caution,) = cautions(small.examples(40, 29))
    assert caution.startswith("The test split has 29 examples: with fewer than 30 only a large gain")
    assert cautions(small.examples(40, 30)) == ()
