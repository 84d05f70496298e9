"""`prompt.md` as a reader of CommonMark takes it."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from composer.formats import prompt_md
from composer.prompts.messages import PLACEHOLDER
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


@settings(max_examples=150, deadline=None)
@given(prompt=st.text("ab `~#>\t\n\x0b\x85\u2028{}-", max_size=20), query=st.text(max_size=10))
def test_any_text_of_markdown_is_held(prompt: str, query: str) -> None:
    exported = corpus.prompt(prompt=prompt, message=f"{prompt}{{{{query}}}}{prompt}", inputs=("query",))
    assume(not PLACEHOLDER.search(prompt))
    files = prompt_md.files(exported)
    assert prompt_md.loaded(files, {"query": query}) == exported.messages({"query": query})
