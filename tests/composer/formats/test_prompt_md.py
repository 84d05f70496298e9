"""`prompt.md` as a reader of CommonMark takes it."""

from __future__ import annotations

from composer.formats import prompt_md
from tests.composer.formats import corpus
from tests.composer.formats.loading import kinds, refused_of_checked, refused_of_corpus


def test_every_prompt_comes_back_but_those_with_what_markdown_changes() -> None:
    refused = refused_of_corpus("prompt.md")
    assert kinds(refused) == {"carriage return", "line break of Windows", "null", "placeholders"}
    assert "become line feeds" in refused["carriage return, as prompt"]
    assert "the prompt itself holds {{query}}" in refused["placeholders, merged"]
    assert "placeholders, as prompt" not in refused


def test_no_prompt_that_tasks_and_snippets_allow_is_refused() -> None:
    assert refused_of_checked("prompt.md") == {}


def test_it_reads_well() -> None:
    text = prompt_md.files(corpus.prompt())["prompt.md"].decode()
    assert text.startswith("# Prompt of small on tiny, release 7\n\nPack abab")
    assert "## System message\n\n```system\nRate the document.\n" in text
    assert "## User message\n\n```user\nQuery: {{query}}\n" in text
