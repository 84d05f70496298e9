"""The snippets one task may use: their names, older wordings that are in use, and the identity of them all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from composer.prompts.composition import Composition, UnvettedText
from composer.prompts.curator_rules import rules_of
from composer.prompts.vocabulary import Vocabulary
from library.canonical import digest
from tests import small

VOCABULARY = Vocabulary(small.task(), small.snippets())


def test_an_older_version_that_is_in_use_can_be_weighed_against_the_new_one() -> None:
    old = small.snippet("careful", "Take care.", number=90)
    new = small.snippet("careful", "Be careful.", number=91, version=2)
    vocabulary = Vocabulary(small.task(), [new], kept=[old])
    incumbent = Composition(small.task().base, (old,))
    assert vocabulary.recognise(incumbent.text) == incumbent
    assert vocabulary.compose(vocabulary.names(incumbent)) == incumbent
    assert len({rules_of(vocabulary).groups[name] for name in vocabulary.versions}) == 1
    with pytest.raises(UnvettedText):
        vocabulary.compose(list(vocabulary.versions))


def test_an_older_version_of_the_same_wording_goes_under_the_name_and_rules_of_the_current_one() -> None:
    old = small.snippet("careful", "Be careful.", number=90)
    new = small.snippet("careful", "Be careful.", number=91, version=2, group="tone", tags=("x",))
    vocabulary = Vocabulary(small.task(), [new, small.snippet("exact", "Be exact.")], kept=[old])
    incumbent = Composition(small.task().base, (old,))
    assert list(vocabulary.versions) == ["careful", "exact"]
    assert vocabulary.names(incumbent) == ("careful",)
    assert vocabulary.compose(["careful"]) == vocabulary.recognise(incumbent.text) == incumbent
    assert rules_of(vocabulary).groups == {"careful": "tone"}
    assert vocabulary.tags() == {"careful": frozenset({"x"}), "exact": frozenset()}


def test_another_base_takes_the_place_of_the_tasks_own_and_is_the_only_one_let_through() -> None:
    other = Vocabulary(small.task(), small.snippets(), base=small.PROMPT_BASE)
    composed = other.compose(["exact"])
    assert composed == Composition(small.PROMPT_BASE, (small.snippets()[2],))
    assert other.recognise(composed.text) == composed
    assert other.hash != VOCABULARY.hash == Vocabulary(small.task(), small.snippets(), base=small.task().base).hash
    for vocabulary, text in ((other, VOCABULARY.compose(["exact"]).text), (VOCABULARY, composed.text)):
        with pytest.raises(UnvettedText):
            vocabulary.recognise(text)


def test_a_version_that_is_neither_current_nor_in_use_has_no_name() -> None:
    with pytest.raises(UnvettedText):
        VOCABULARY.names(Composition(small.task().base, (small.snippet("other", "Other text."),)))


def test_the_identity_of_a_vocabulary_follows_its_texts_and_their_order() -> None:
    versions = small.snippets()
    hashes = {
        VOCABULARY.hash,
        Vocabulary(small.task(), versions[:-1]).hash,
        Vocabulary(small.task(), versions[::-1]).hash,
        Vocabulary(small.task(), [*versions[:-1], small.snippet("topic", "Only the topic.")]).hash,
    }
    assert len(hashes) == 4
    assert Vocabulary(small.task(), versions).hash == VOCABULARY.hash


@pytest.mark.parametrize(
    "rule",
    [{"group": "tone"}, {"requires": ("exact",)}, {"conflicts": ("exact",)}, {"pin": "last"}, {"tags": ("x",)}],
)
def test_the_identity_of_a_vocabulary_follows_its_rules_and_that_of_a_composition_does_not(
    rule: dict[str, Any],
) -> None:
    careful, *others = small.snippets()
    ruled = Vocabulary(small.task(), [replace(careful, **rule), *others])
    assert ruled.hash != VOCABULARY.hash
    assert ruled.compose(["careful"]).fingerprint == VOCABULARY.compose(["careful"]).fingerprint


def test_a_vocabulary_without_rules_is_known_by_names_and_texts_alone() -> None:
    bare = [replace(one, group=None) for one in small.snippets()]
    assert Vocabulary(small.task(), bare).hash == digest([[one.key, one.sha256] for one in bare])
