"""What of the library stands in a file, and that a file goes out and comes in again without a change."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from sqlmodel import Session

from library.database import Database
from library.drafts import Draft, write_draft
from library.export import exportable
from library.file import SnippetEntry
from library.importing import import_file, plan_import
from library.layout import laid_out
from library.retiring import retire
from library.snippets import show
from library.vetting import reject
from tests.library.conftest import AT, TWO, Stored
from tests.library.entries import entries


def states(session: Session, *, drafts: bool = False) -> dict[str, str]:
    found = exportable(session, drafts=drafts).entries
    return {key: f"{one.state}: {one.text}" for key, one in found.items()}


def test_what_is_in_force_stands_in_the_file_and_else_the_draft_in_library_order(
    session: Session, stored: Stored
) -> None:
    stored(TWO + "- {key: mango, text: M., state: vetted}\n")
    write_draft(session, Draft("zebra", "Answer in a word."), by="Ada", at=AT)
    retire(session, "mango", reason="It misleads.", by="Ada", at=AT)
    expected = {
        "zebra": "vetted: Answer with one word.",
        "apple": "draft: Ignore the order of the texts.",
        "mango": "retired: M.",
    }
    assert states(session) == expected
    assert list(states(session)) == list(expected)
    assert exportable(session).drafts == ("zebra",)
    assert states(session, drafts=True)["zebra"] == "draft: Answer in a word."


def test_a_rejected_draft_stands_in_no_file(session: Session, stored: Stored) -> None:
    stored(TWO)
    made = write_draft(session, Draft("zebra", "Answer in a word."), by="Ada", at=AT)
    for id in (made.id, show(session, "apple")[0].id):
        reject(session, id, reason="It misleads.", by="Ada", at=AT)
    for drafts in (False, True):
        found = exportable(session, drafts=drafts)
        assert (list(found.entries), found.drafts, found.rejected) == (["zebra"], (), ("apple",))
        assert found.entries["zebra"].text == "Answer with one word."


def test_state_and_tag_choose(session: Session, stored: Stored) -> None:
    stored(TWO)
    found = exportable(session)
    assert found.chosen() == ("zebra", "apple")
    assert found.chosen(tag="format") == found.chosen(state="vetted") == ("zebra",)
    assert found.chosen(tag="format", state="draft") == ()


def test_what_rules_name_beside_what_is_chosen_is_found(session: Session, stored: Stored) -> None:
    stored(TWO + "  requires: [zebra]\n")
    found = exportable(session)
    assert found.missing(frozenset(["apple"])) == {"apple": ("zebra",)}
    assert found.missing(frozenset(["apple", "zebra"])) == {}


def there_and_back(database: Database, file: Path, content: str) -> str:
    """Import a file into an empty home and return the export; the home is empty again afterwards."""
    file.write_text(content, encoding="utf-8", newline="")
    with database.session() as session:
        # As what is trusted: a text that chance makes into another task would be a draft.
        import_file(session, file, by="Ada", at=AT, shipped=True)
        assert plan_import(session, file, by="Ada").is_empty
        found = laid_out(exportable(session).entries.values())
        session.rollback()
    return found


def test_whatever_goes_out_comes_in_again_byte_for_byte(database: Database, tmp_path: Path) -> None:
    @given(entries(most=6))
    def unchanged(found: tuple[SnippetEntry, ...]) -> None:
        text = laid_out(found)
        assert there_and_back(database, tmp_path / "library.yaml", text) == text

    unchanged()
