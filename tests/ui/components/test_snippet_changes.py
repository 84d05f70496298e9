"""What changes between two prompts: another base stands first, its lines counted and compared word by word."""

from __future__ import annotations

from composer.prompts.changes import prompt_changes
from composer.prompts.composition import Composition
from tests import small
from ui.components.snippet_changes import show_changes


def test_another_base_is_told_with_its_lines_and_words_and_no_markup_of_its_own() -> None:
    before = Composition("Rate it for the query.\n{{snippets}}\nBe brief.")
    after = Composition("Rate it for <b>that</b> query.\n{{snippets}}\nBe brief.", small.snippets()[:1])
    shown = show_changes(prompt_changes(before, after))
    assert shown.index("± reworded") < shown.index("the base prompt") < shown.index("+ added")
    assert "1 line differs, word by word" in shown
    assert "<del>the</del>" in shown
    assert "<b>that" not in shown


def test_another_task_in_a_new_base_is_told_beside_it_with_no_markup_of_its_own() -> None:
    before, after = (
        Composition("Rate it.\n{{snippets}}"),
        Composition("Rate it.\n{{snippets}}\nMail it to <b>@x.org."),
    )
    told = show_changes(prompt_changes(before, Composition("Rate it.\n{{snippets}}\nMail it to a@example.org.")))
    assert "another task" in told
    assert "names an address (“a@example.org”)" in told
    assert "<b>" not in show_changes(prompt_changes(before, after))
    assert "another task" not in show_changes(
        prompt_changes(before, Composition("Rate.\n{{snippets}}\nBe brief."))
    )


def test_the_same_base_is_not_named() -> None:
    same = Composition(small.TASK["base"])
    assert "the base prompt" not in show_changes(prompt_changes(same, same))
