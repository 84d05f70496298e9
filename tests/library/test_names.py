"""Names of people: what can be a name, and which two look the same."""

from __future__ import annotations

import pytest

from library.errors import Refused
from library.names import check_apart, lookalike, problems


@pytest.mark.parametrize(
    "name",
    ["Ada", "Grace B. Hopper", "Conan O’Brien", "Jean-Luc", "José Núñez", "Ngô Bảo Châu", "Kaʻiulani", "Søren 2",
     "Анна Каренина", "Αλέξης", "山田 太郎 (Taro)", "佐々木ゆき", "김 민준", "محمد", "אבי", "प्रिया", "X Æ"],
)  # fmt: skip
def test_names_of_many_languages_are_names(name: str) -> None:
    assert problems(name) == ()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("A\u200bda", "can't be seen: U+200B"),
        ("\u202eadA", "can't be seen: U+202E"),
        ("Ada\u3164", "can't be seen: U+3164"),
        ("Ada\ufe0f", "can't be seen"),
        ("Ada\x07", "can't be seen: U+0007"),
        ("Ada\u00a0L", "other spaces"),
        ("Ada  L", "other spaces"),
        ("Ada\nL", "other spaces"),
        ("\u0301Ada", "begins with a mark"),
        ("Ａｄａ", "other forms of ordinary characters: write 'Ada'"),
        ("𝐀𝐝𝐚", "other forms"),
        ("ﬁona", "write 'fiona'"),
        ("Jose\u0301", "other forms"),
        ("Аda", "mixes Cyrillic and Latin letters"),
        ("Grαce", "mixes Greek and Latin letters"),
        ("Ada Иванова", "mixes Cyrillic and Latin letters"),
        ("123", "has no letter"),
        ("A" * 101, "101 characters"),
    ],
)
def test_what_is_hidden_or_passes_for_something_else_is_no_name(name: str, says: str) -> None:
    assert says in "; ".join(problems(name))


@pytest.mark.parametrize(
    ("name", "other"),
    [("ada", "Ada"), ("Al", "AI"), ("Оа", "Oa"), ("Рах", "Pax"), ("Νικο", "Niko"), ("Bob", "B0b"), ("Bern", "Bem"),
     ("Ann Lee", "AnnLee"), ("O'Brien", "O’Brien"), ("Ian", "lan")],
)  # fmt: skip
def test_names_that_look_the_same_are_found(name: str, other: str) -> None:
    assert lookalike(name, ["Somebody", other]) == other


@pytest.mark.parametrize(
    ("name", "other"), [("Ada", "Ida"), ("Jose", "José"), ("Ada", "Ada L."), ("Иван", "Ivan")]
)
def test_names_that_can_be_told_apart_are_two(name: str, other: str) -> None:
    assert lookalike(name, [other]) is None


def test_a_name_is_not_its_own_lookalike() -> None:
    assert lookalike("Ada", ["Ada"]) is None


def test_names_of_tasks_targets_and_snippets_that_look_the_same_are_refused() -> None:
    check_apart("task", ["polarity"], ["relatedness", "polarity"])
    check_apart("task", ["po1arity"], ["po1arity", "polarity"])
    check_apart("snippet", ["rule-1", "rule-2", "rule-10", "rule-11"], [])
    for new, known in ((["po1arity"], ["polarity"]), (["gpt-4o"], ["gpt-40"]), (["modern", "modem"], [])):
        with pytest.raises(Refused, match="looks like the snippet"):
            check_apart("snippet", new, known)
