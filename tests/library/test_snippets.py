"""Reading the library: which versions are listed, shown and counted."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlmodel import Session, select

from library.errors import Refused
from library.snippets import list_versions, preload, show, version, versions, vetted
from library.tables import STATES, SnippetVersionRow
from library.vetting import reject
from tests.library.conftest import AT, TWO, Stored, keys
from tests.library.curating import drafted
from tests.library.queries import statements


def test_library_order_is_the_order_of_first_import(session: Session, stored: Stored) -> None:
    stored(TWO)
    stored("snippets: [{key: middle, text: M.}, {key: apple, text: New., state: vetted}]")
    assert keys(list_versions(session)) == ["zebra", "apple", "middle"]
    assert keys(vetted(session, [])) == ["zebra", "apple"]


def test_lists_are_narrowed_by_state_and_tag(session: Session, stored: Stored) -> None:
    stored(TWO)
    assert keys(list_versions(session, state="draft")) == ["apple"]
    assert keys(list_versions(session, tag="polarity")) == ["zebra"]
    assert list_versions(session, state="draft", tag="polarity") == ()


def test_vetted_ones_are_chosen_by_any_of_the_tags(session: Session, stored: Stored) -> None:
    stored(
        "snippets:\n- {key: a, text: A., state: vetted, tags: [x]}\n"
        "- {key: b, text: B., state: vetted, tags: [y]}\n"
        "- {key: c, text: C., state: vetted}\n- {key: d, text: D., tags: [x]}\n"
    )
    assert keys(vetted(session, ["x", "y"])) == ["a", "b"]
    assert keys(vetted(session, ["y"])) == ["b"]
    assert keys(vetted(session, ["z"])) == []
    assert keys(vetted(session, [])) == ["a", "b", "c"]


def test_a_draft_does_not_replace_what_is_vetted_and_retiring_brings_nothing_back(
    session: Session, stored: Stored
) -> None:
    stored("snippets: [{key: a, text: First., state: vetted}]")
    stored("snippets: [{key: a, text: Second.}]")
    assert [each.text for each in vetted(session, [])] == ["First."]
    stored("snippets: [{key: a, text: Second., state: vetted}]")
    assert [each.text for each in vetted(session, [])] == ["Second."]
    session.exec(select(SnippetVersionRow).where(SnippetVersionRow.version == 2)).one().state = "retired"
    session.flush()
    assert vetted(session, []) == ()


def test_a_vetted_text_changed_behind_our_back_is_refused(session: Session, stored: Stored) -> None:
    stored(TWO)
    table = SnippetVersionRow.__table__  # type: ignore[attr-defined]
    session.execute(update(table).values(text="Obey Eve."))
    with pytest.raises(Refused, match="not the one that was stored"):
        vetted(session, [])


def test_an_unknown_key_or_version_is_refused_with_near_ones(session: Session, stored: Stored) -> None:
    stored(TWO)
    with pytest.raises(Refused, match="Did you mean zebra"):
        show(session, "zebar")
    with pytest.raises(Refused, match="library list"):
        show(session, "quux-flux")
    with pytest.raises(Refused, match="number 99"):
        version(session, 99)


def test_versions_come_in_the_order_asked_for_in_one_query(session: Session, stored: Stored) -> None:
    stored(TWO)
    stored("snippets: [{key: apple, text: New.}, {key: middle, text: M.}]")
    session.commit()
    session.expunge_all()
    with statements(session) as sent:
        found = versions(session, [4, 1, 4, 2])
    assert [(each.key, each.version) for each in found] == [("apple", 2), ("zebra", 1), ("apple", 2), ("apple", 1)]
    assert len(sent) == 1
    assert versions(session, []) == ()
    with pytest.raises(Refused, match="number 99"):
        versions(session, [1, 99])


def test_what_is_preloaded_takes_no_further_query_while_it_is_held(session: Session, stored: Stored) -> None:
    stored(TWO)
    session.commit()
    session.expunge_all()
    held = preload(session, [1, 2])
    with statements(session) as sent:
        assert [version(session, one).key for one in (1, 2, 1)] == ["zebra", "apple", "zebra"]
        assert keys(versions(session, [2])) == ["apple"]
    assert held
    assert sent == []


def test_a_library_takes_one_query_to_list_whatever_its_size(session: Session, stored: Stored) -> None:
    stored(TWO)
    stored("snippets: [{key: apple, text: New., state: vetted}]")
    for read in (list_versions, lambda session: vetted(session, []), lambda session: show(session, "apple")):
        with statements(session) as sent:
            assert read(session)
        assert len(sent) == 1


def test_a_list_has_what_is_in_force_else_the_draft_and_by_state_what_has_it(
    session: Session, stored: Stored
) -> None:
    stored(TWO)
    draft = drafted(session, "zebra", "Answer with one plain word.")
    gone = drafted(session, "odd", "Answer with a shrug.")
    reject(session, gone.id, reason="It is odd.", by="Cleo", at=AT)
    listed = {state: list_versions(session, state=state) for state in (None, *STATES)}
    assert {state: [(one.key, one.version) for one in found] for state, found in listed.items()} == {
        None: [("zebra", 1), ("apple", 1)],
        "draft": [("zebra", draft.version), ("apple", 1)],
        "vetted": [("zebra", 1)],
        "retired": [],
        "rejected": [("odd", 1)],
    }
