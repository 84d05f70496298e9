"""What an import would do, as the page shows it."""

from __future__ import annotations

from library.file import SnippetEntry
from library.import_plan import ImportPlan, PlannedSnippet
from ui.library.importing import MOST, planned


def one(key: str, text: str = "A.", old: str | None = None, **changes: str) -> PlannedSnippet:
    entry = SnippetEntry(key=key, text=text, state="vetted")
    return PlannedSnippet(entry, old, None if old is None else "vetted", 1, "vetted", 2, **changes)


def test_a_changed_text_is_shown_word_by_word_with_its_note() -> None:
    note = "a draft for now: somebody else has to vet it"
    shown = planned(ImportPlan(changed=(one("a", "Be <very> brief.", "Be brief.", note=note),)))
    assert "Be <ins>&lt;very&gt; </ins>brief." in shown
    assert note in shown


def test_of_thousands_the_first_are_shown_and_the_others_counted() -> None:
    plan = ImportPlan(
        added=tuple(one(f"a-{n}") for n in range(MOST)), unchanged=tuple(one(f"u-{n}") for n in range(3))
    )
    shown = planned(plan)
    assert shown.count("<tr>") == MOST + 1
    assert f"and 3 more snippets, {MOST} new, 3 as it is in all" in shown
    assert "more" not in planned(ImportPlan(added=plan.added))
