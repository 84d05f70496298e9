from datetime import UTC, datetime

import pytest

from composer.activity.wording import LONGEST_REASON, Subject, about, line
from library.database import Database
from library.log import LogEntry

AT = datetime(2026, 3, 4, tzinfo=UTC)


def entry(action: str, why: str = "") -> LogEntry:
    return LogEntry(1, AT, "Grace", action, "", why, {}, "")


def test_candidates_runs_and_releases_are_known_with_their_task_and_target(released: Database) -> None:
    with released.session() as session:
        found = about(session, ["candidate:1", "run:1", "release:1", "candidate:9", "candidate:x"])
    assert found["candidate:1"] == Subject("candidate", "1", "small", "tiny")
    assert {found[one].place for one in ("candidate:1", "run:1", "release:1")} == {"small → tiny"}
    assert found["candidate:9"] == Subject("candidate", "9")
    assert found["candidate:x"].page == ""


@pytest.mark.parametrize(
    ("subject", "words", "page"),
    [
        ("candidate:1", "candidate 1", "candidate?candidate=1"),
        ("run:1", "run 1", "runs?run=1"),
        ("release:1", "release 1", "prompts?task=small&target=tiny"),
        ("release:99", "release 99", ""),
        ("prompt:small:tiny", "prompt", "prompts?task=small&target=tiny"),
        ("snippet:same-story", "snippet same-story", "snippet?key=same-story"),
        ("snippet:a&b=c", "snippet a&b=c", "snippet?key=a%26b%3Dc"),
        ("person:Ada: the first", "person Ada: the first", ""),
        ("queue:small", "queue small", "label?task=small"),
        ("thing", "thing", ""),
    ],
)
def test_every_subject_has_words_and_where_there_is_one_a_page(
    released: Database, subject: str, words: str, page: str
) -> None:
    with released.session() as session:
        found = about(session, [subject])[subject]
    assert (found.words, found.page) == (words, page)


def test_an_entry_reads_as_one_line() -> None:
    candidate = Subject("candidate", "7", "relatedness", "qwen2.5-coder-1.5b")
    place = "candidate 7 (relatedness → qwen2.5-coder-1.5b)"
    assert line(entry("approve", "Clear gain,\n nothing {lost}."), candidate) == (
        f"Grace approved {place}: Clear gain, nothing {{lost}}."
    )
    assert line(entry("request changes"), candidate) == f"Grace requested changes to {place}"
    assert line(entry("something new"), candidate) == f"Grace did “something new” to {place}"
    assert line(entry("person added"), Subject("person", "{Ada}")) == "Grace added person {Ada}"


def test_a_long_reason_is_cut_in_the_line() -> None:
    said = line(entry("approve", "word " * 200), Subject("candidate", "7"))
    assert said.endswith("word…")
    assert len(said) < LONGEST_REASON + 40
