"""What curator and task allow a composition to be, from snippet versions to the rules of a search."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.prompts.composition import Composition
from composer.prompts.curator_rules import rules_of, token_estimate
from composer.prompts.vocabulary import Vocabulary
from composer.task.task import Task
from library.errors import Refused
from library.feasibility import Links, clashes
from library.versions import SnippetVersion
from tests import small

KEYS = ("a", "b", "c", "d")
KEEPING = {"policy": {"keep_incumbent": True}}


def vocabulary(
    rules: Mapping[str, Mapping[str, Any]], *, of: Task | None = None, kept: tuple[SnippetVersion, ...] = ()
) -> Vocabulary:
    """A vocabulary of the snippets a to d, the current version of each being its second."""
    versions = [
        small.snippet(key, f"Say {key}.", number=number, version=2, **rules.get(key, {}))
        for number, key in enumerate(KEYS, 10)
    ]
    return Vocabulary(of or small.task(), versions, kept)


def old(key: str, **rules: Any) -> SnippetVersion:
    return small.snippet(key, f"Said {key} once.", number=ord(key), **rules)


def allowed(vocabulary: Vocabulary, incumbent: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    rules = rules_of(vocabulary, incumbent)
    orders = (order for length in range(5) for order in permutations(vocabulary.versions, length))
    return {order for order in orders if rules.allows(order)}


@st.composite
def ruled(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for key in KEYS:
        others = st.frozensets(st.sampled_from([other for other in KEYS if other != key]), max_size=1)
        requires = draw(others)
        found[key] = {
            "requires": tuple(requires),
            "conflicts": tuple(draw(others) - requires),
            "group": draw(st.sampled_from([None, "x", "y"])),
            "pin": draw(st.sampled_from([None, "first", "last"])),
        }
    return found


@settings(deadline=None)
@given(rules=ruled(), held=st.sets(st.sampled_from(KEYS)), keep=st.booleans())
def test_what_is_allowed_keeps_to_every_rule_and_only_impossible_ones_are_refused(
    rules: dict[str, dict[str, Any]], held: set[str], keep: bool
) -> None:
    made = vocabulary(
        rules,
        of=small.task(snippets={"max": 4}, policy={"keep_incumbent": keep}),
        kept=tuple(old(key) for key in sorted(held)),
    )
    incumbent = tuple(f"{key}@1" for key in sorted(held))
    fitting = set()
    orders = (order for length in range(5) for order in permutations(made.versions, length))
    for names in orders:
        keys = [name[0] for name in names]
        pins = [{"first": 0, None: 1, "last": 2}[rules[key]["pin"]] for key in keys]
        groups = [rules[key]["group"] for key in keys if rules[key]["group"]]
        ties = [rules[key] for key in keys]
        needed = [need for tie in ties for need in tie["requires"]]
        if (
            len(set(keys)) == len(keys)
            and len(set(groups)) == len(groups)
            and pins == sorted(pins)
            and not any(set(tie["conflicts"]) & set(keys) for tie in ties)
            and all((f"{need}@1" if keep and need in held else need) in names for need in needed)
            and (not keep or set(incumbent) <= set(names))
        ):
            fitting.add(names)
    if fitting:
        assert allowed(made, incumbent) == fitting
    else:
        with pytest.raises(Refused, match="must keep the snippets of the prompt in use"):
            rules_of(made, incumbent)


def test_versions_of_one_key_exclude_each_other_whatever_their_groups() -> None:
    for group in (None, "tone", "a"):
        made = vocabulary({"a": {"group": group}, "b": {"group": "a"}}, kept=(old("a", group="before"),))
        names = allowed(made)
        assert not [order for order in names if {"a", "a@1"} <= set(order)]
        assert {order for order in names if {"a", "b"} == set(order)} == (
            set() if group == "a" else {("a", "b"), ("b", "a")}
        )


def test_an_older_wording_is_under_the_rules_of_now() -> None:
    rules = {"a": {"conflicts": ("b",), "pin": "last", "tags": ("now",)}}
    made = vocabulary(rules, kept=(old("a", pin="first", requires=("d",), tags=("then",)),))
    assert ("a@1",) in allowed(made)
    assert ("c", "a@1") in allowed(made)
    assert not {("a@1", "c"), ("b", "a@1")} & allowed(made)
    assert made.tags()["a@1"] == {"now"}


def test_where_only_an_older_version_is_left_its_own_rules_hold_and_it_meets_a_requirement() -> None:
    gone = small.snippet("gone", "Gone.", number=99, conflicts=("b",))
    made = vocabulary({"a": {"requires": ("gone",)}}, kept=(gone,))
    assert ("a", "gone@1") in allowed(made)
    assert not {("a",), ("b", "gone@1")} & allowed(made)


def test_a_conflict_holds_for_both_sides_in_all_their_wordings() -> None:
    made = vocabulary({"a": {"conflicts": ("b",)}}, kept=(old("b"),))
    assert rules_of(made).conflicts == {"a": {"b", "b@1"}, "b": {"a"}, "b@1": {"a"}}


def test_a_conflict_with_a_snippet_that_is_not_there_is_no_matter() -> None:
    assert rules_of(vocabulary({"a": {"conflicts": ("elsewhere",)}})).conflicts == {}


def test_a_requirement_that_can_not_be_met_is_refused_with_what_to_do() -> None:
    task = small.task(snippets={"tags": ["style", "tone"]})
    with pytest.raises(Refused) as caught:
        rules_of(vocabulary({"a": {"requires": ("draft-one", "b")}, "c": {"requires": ("other",)}}, of=task))
    assert caught.value.what == (
        "snippet a requires draft-one, snippet c requires other: task small may not use draft-one, other"
    )
    assert "Vet draft-one, other with a tag of style, tone" in caught.value.fix


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("a", 1), ("abcd", 1), ("abcde", 2), ("é" * 4, 2), ("語" * 4, 3)]
)
def test_a_token_is_estimated_as_four_bytes(text: str, tokens: int) -> None:
    assert token_estimate(text) == tokens


def test_snippets_together_keep_within_the_length_in_snippets_and_in_tokens() -> None:
    task = small.task(snippets={"max": 3, "max_tokens": 4})  # each of these texts is two tokens long
    assert {len(order) for order in allowed(vocabulary({}, of=task))} == {0, 1, 2}
    unlimited = rules_of(vocabulary({}))
    assert (unlimited.max_length, unlimited.max_tokens) == (3, None)
    assert unlimited.length(("a", "b")) == 4


def test_an_incumbent_that_breaks_a_later_rule_is_no_error_unless_it_must_stay() -> None:
    rules = {"a": {"conflicts": ("b",)}}
    assert rules_of(vocabulary(rules), ("a", "b")).broken(("a", "b"))
    with pytest.raises(Refused, match=r"a conflicts with b .*policy\.keep_incumbent"):
        rules_of(vocabulary(rules, of=small.task(**KEEPING)), ("a", "b"))


def test_what_must_stay_brings_what_it_requires() -> None:
    made = vocabulary({"a": {"requires": ("b",)}}, of=small.task(**KEEPING))
    assert all({"a", "b"} <= set(order) for order in allowed(made, ("a",)))
    with pytest.raises(Refused, match="2 snippets are more than 1"):
        rules_of(vocabulary({"a": {"requires": ("b",)}}, of=small.task(snippets={"max": 1}, **KEEPING)), ("a",))


def test_without_the_policy_nothing_must_stay() -> None:
    assert () in allowed(vocabulary({}), ("a", "b"))


@settings(deadline=None)
@given(rules=ruled())
def test_a_library_that_an_import_takes_leaves_every_snippet_a_composition(
    rules: dict[str, dict[str, Any]],
) -> None:
    links = {
        key: Links(rule["group"], frozenset(rule["requires"]), frozenset(rule["conflicts"]))
        for key, rule in rules.items()
    }
    made = vocabulary(rules, of=small.task(snippets={"max": 4}))
    usable = {name for order in allowed(made) for name in order}
    impossible = {key for clash in clashes(links) for key in (clash.key, *clash.dependants)}
    assert usable == set(KEYS) - impossible
    assert all(isinstance(made.compose(order), Composition) for order in allowed(made))
