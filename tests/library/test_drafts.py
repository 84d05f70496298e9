"""Writing drafts: what is stored of one, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import Session

from library import log
from library.drafts import REJECTED, Accepted, Draft, Origin, origins, write_draft, write_drafts
from library.errors import Refused
from library.people import NotAllowed
from library.snippets import show, vetted
from library.vetting import reject, vet
from tests.library.conftest import AT, TWO, Stored
from tests.library.curating import curators, drafted

ORIGIN = Origin(
    "disagreement",
    "polarity",
    "small",
    ("a", "b"),
    "It takes irony at its word.",
    "the turn after “but”",
    {"strategy": "none"},
    (Accepted("near same-story", "It is about something else.", "duplicate"),),
)


def test_a_new_key_starts_with_a_draft_that_no_prompt_may_hold(session: Session) -> None:
    made = drafted(session, tags=("polarity",))
    assert (made.key, made.version, made.state, made.author, made.tags) == (
        "brief",
        1,
        "draft",
        "Ben",
        ("polarity",),
    )
    assert vetted(session, ()) == ()


def test_an_edit_is_a_new_draft_and_the_vetted_version_stays_in_force(session: Session, stored: Stored) -> None:
    stored(TWO)
    made = drafted(session, "zebra", "Answer with one plain word.")
    assert (made.version, made.state) == (2, "draft")
    assert [(one.key, one.version) for one in vetted(session, ())] == [("zebra", 1)]


def test_it_keeps_where_it_comes_from_and_the_warnings_that_were_accepted(session: Session) -> None:
    made = drafted(session, origin=ORIGIN)
    assert origins(session, [made.id]) == {made.id: ORIGIN}


def test_it_is_logged_with_who_and_why_and_its_rows(session: Session) -> None:
    drafted(session, origin=ORIGIN)
    entry = log.entries(session, "snippet:brief")[-1]
    assert (entry.who, entry.action, entry.why) == ("Ben", "drafted", ORIGIN.misunderstood)
    assert entry.detail["warnings"] == [{"what": "near same-story", "reason": "It is about something else."}]
    assert {one.partition(":")[0] for one in entry.detail["rows"]} == {"snippet", "snippet_version", "origin"}


@pytest.mark.parametrize(
    ("draft", "says"),
    [
        (Draft("brief", "Two\nlines."), "more than one line"),
        (Draft("brief", "Fill {{this}} in."), "slot marker"),
        (Draft("Not A Key", "Fine."), "Not A Key: key"),
        (Draft("brief", "Fine.", tags=("No Tag",)), "brief: tags"),
        (Draft("brief", "Fine.", requires=("nowhere",)), "there is no snippet 'nowhere'"),
        (Draft("brief", "Fine.", conflicts=("brief",)), "names the snippet itself"),
        (Draft("brief", "Fine.", pin="middle"), "brief: pin"),
        (Draft("brief", "Fine.", group="form", requires=("zebra",)), "can be in no prompt"),
    ],
)
def test_what_a_library_file_may_not_hold_is_refused(
    session: Session, stored: Stored, draft: Draft, says: str
) -> None:
    stored(TWO)
    with pytest.raises(Refused) as refused:
        write_draft(session, draft, by="Ben", at=AT)
    assert says in str(refused.value)
    assert "brief" not in {one.partition(":")[2] for one in (e.subject for e in log.entries(session))}


def test_several_are_stored_all_or_none_with_every_problem_named(session: Session) -> None:
    both = [
        (Draft("one", "A\tb."), Origin()),
        (Draft("two", "Fine {{x}}."), Origin()),
        (Draft("three", "Ok."), Origin()),
    ]
    with pytest.raises(Refused) as refused:
        write_drafts(session, both, by="Ben", at=AT)
    assert [line.partition(":")[0] for line in refused.value.problems] == ["one", "two"]


def test_a_draft_that_changes_nothing_is_refused(session: Session) -> None:
    drafted(session)
    with pytest.raises(Refused, match="this is what brief v1 is already"):
        drafted(session)


def test_a_text_that_was_rejected_comes_back_only_with_a_reason(session: Session) -> None:
    made = drafted(session)
    reject(session, made.id, reason="It cuts answers short.", by="Cleo", at=AT)
    with pytest.raises(Refused, match="rejected before, as brief v1, by Cleo: It cuts answers short"):
        drafted(session, "other-key")
    again = Origin(warnings=(Accepted("rejected before", "The task has changed.", REJECTED),))
    assert drafted(session, "other-key", origin=again).state == "draft"


def test_a_retired_snippet_can_get_a_draft_which_brings_it_back_once_vetted(
    session: Session, stored: Stored
) -> None:
    stored(TWO.replace("state: vetted", "state: retired"))
    made = drafted(session, "zebra", "Answer with one plain word.")
    assert vetted(session, ()) == ()
    vet(session, [made.id], by="Ben", at=AT)
    assert [(one.key, one.version) for one in vetted(session, ())] == [("zebra", 2)]


def test_only_those_who_keep_the_library_write_drafts(session: Session) -> None:
    curators(session)
    with pytest.raises(NotAllowed, match="curator"):
        drafted(session, by="Vera")
    with pytest.raises(Refused, match="there is no snippet"):
        show(session, "brief")


def test_who_saves_second_is_told_what_the_first_wrote_and_hides_nothing_of_it(
    session: Session, stored: Stored
) -> None:
    stored(TWO)
    mine = Draft("zebra", "Answer with one plain word.", read=1)
    theirs = Draft("zebra", "Answer in one short word.", tags=("short",), read=1)
    write_draft(session, theirs, by="Ann", at=AT)
    with pytest.raises(Refused, match=r"zebra was edited meanwhile: Ann wrote v2, “Answer in one .*tags short"):
        write_draft(session, mine, by="Ben", at=AT)
    assert show(session, "zebra")[0].text == theirs.text
    assert write_draft(session, replace(mine, read=2), by="Ben", at=AT).version == 3


def test_two_new_snippets_of_one_key_do_not_become_one(session: Session) -> None:
    write_draft(session, Draft("brief", "Answer briefly.", read=0), by="Ann", at=AT)
    with pytest.raises(Refused, match="Ann wrote v1"):
        write_draft(session, Draft("brief", "Give only the number.", read=0), by="Ben", at=AT)


def test_a_version_that_was_rejected_meanwhile_hides_nothing(session: Session, stored: Stored) -> None:
    stored(TWO)
    other = write_draft(session, Draft("zebra", "Answer in one short word.", read=1), by="Ben", at=AT)
    reject(session, other.id, reason="Too long.", by="Ann", at=AT)
    assert write_draft(session, Draft("zebra", "Answer plainly.", read=1), by="Ben", at=AT).version == 3
