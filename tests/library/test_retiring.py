"""Retiring a snippet: none of its versions may be used any more, and the log says who retired it and why."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from library import log
from library.errors import Refused
from library.people import NotAllowed, add_person
from library.retiring import retire
from library.snippets import show, vetted
from tests.library.conftest import AT, TWO, Stored, keys

REWORDED = "snippets: [{key: zebra, text: Answer with one short word., state: %s}]"


def test_a_retired_snippet_is_used_no_more_in_any_version(session: Session, stored: Stored) -> None:
    stored(TWO)
    stored(REWORDED % "vetted")
    stored(REWORDED.replace("short", "plain") % "draft")
    done = retire(session, "zebra", reason=" It misleads. ", by="Ada", at=AT)
    assert (done.key, done.versions, done.required_by) == ("zebra", (1, 2, 3), ())
    assert [one.state for one in show(session, "zebra")] == ["retired"] * 3
    assert vetted(session, []) == ()


def test_it_is_logged_with_who_why_and_what_was_retired(session: Session, stored: Stored) -> None:
    stored(TWO)
    (before,) = show(session, "zebra")
    retire(session, "zebra", reason="It misleads.", by="Ada", at=AT)
    entry = log.entries(session, "snippet:zebra")[-1]
    assert (entry.who, entry.action, entry.why) == ("Ada", "retired", "It misleads.")
    assert entry.detail["versions"] == [{"version": 1, "was": "vetted", "sha256": before.sha256}]
    assert log.first_broken(session) is None


def test_whatever_requires_it_is_named(session: Session, stored: Stored) -> None:
    stored(TWO + "  requires: [zebra]\n")
    assert retire(session, "zebra", reason="So.", by="Ada", at=AT).required_by == ("apple",)


@pytest.mark.parametrize(
    ("key", "reason", "says"),
    [
        ("zebra", " ", "a retirement needs a reason"),
        ("zebr", "So.", "Did you mean zebra"),
        ("done", "So.", "already"),
    ],
)
def test_what_can_not_be_retired_is_refused_and_leaves_no_trace(
    session: Session, stored: Stored, key: str, reason: str, says: str
) -> None:
    stored(TWO + "- {key: done, text: Done., state: retired}\n")
    before = log.newest(session)
    with pytest.raises(Refused, match=says):
        retire(session, key, reason=reason, by="Ada", at=AT)
    assert log.newest(session) == before


def test_only_who_keeps_the_library_retires(session: Session, stored: Stored) -> None:
    stored(TWO)
    add_person(session, "Grace", "grace@example.org", ("reviewer",), by="ada (local)", at=AT)
    with pytest.raises(NotAllowed):
        retire(session, "zebra", reason="So.", by="Grace", at=AT)


RETIRING = "snippets: [{key: zebra, text: %s, state: retired, tags: [format, polarity], group: form%s}]"


@pytest.mark.parametrize(
    ("text", "note"),
    [("Answer with one word.", ""), ("Answer briefly.", "keeps its text")],
    ids=["same", "other text"],
)
def test_a_file_that_says_retired_retires_and_makes_no_version(
    session: Session, stored: Stored, text: str, note: str
) -> None:
    stored(TWO)
    plan = stored(RETIRING % (text, ", rationale: It misleads."))
    assert keys(plan.retired) == ["zebra"]
    assert note in plan.retired[0].note
    (zebra,) = show(session, "zebra")
    assert (zebra.version, zebra.state, zebra.text) == (1, "retired", "Answer with one word.")
    assert log.entries(session, "snippet:zebra")[-1].why == "It misleads."
    assert stored(RETIRING % (text, "")).is_empty
