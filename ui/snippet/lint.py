"""What lint says of a snippet as the library and the data are now."""

from __future__ import annotations

import streamlit as st

from composer.activity.addresses import snippet_page
from composer.curation.finding import Finding
from library.versions import SnippetVersion
from ui.drafting.lint_pane import linter
from ui.shell.html import safe
from ui.shell.page import html
from ui.snippet.page_data import Shown


@st.fragment
def show(found: Shown) -> None:
    """Offer to lint the draft, else what is in force; it runs once it is unfolded, alone."""
    one = found.draft or found.counting
    folder = st.expander(f"Lint v{one.version} now", icon=":material/rule:", key="lint", on_change="rerun")
    if folder.open:
        with folder:
            html(findings(_checked(one)))


def _checked(one: SnippetVersion) -> tuple[Finding, ...]:
    tags, conflicts = one.tags, one.conflicts
    return linter().check(one.text, key=one.key, tags=tags, group=one.group, conflicts=conflicts)


def findings(found: tuple[Finding, ...]) -> str:
    """Return what lint found as HTML, the errors first."""
    if not found:
        return '<div class="ic ic-better">✓ Nothing to say: no leak, no other scale or format, no near text.</div>'
    return f'<div class="ic"><ul>{"".join(map(_finding, found))}</ul></div>'


def _finding(one: Finding) -> str:
    tone = "ic-orange" if one.is_error else ""
    name = one.similar or ""
    link = f' <a class="ic-mono" href="{safe(snippet_page(name))}">{safe(name)}</a>' if name else ""
    return (
        f'<li><span class="ic-tag {tone}">{one.severity}: {one.kind}</span> it {safe(one.what)}.'
        f'{link} <span class="ic-mute">{safe(one.fix)}</span></li>'
    )
