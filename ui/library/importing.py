"""The import of a library file: what it would do is shown first, and done when that is agreed to."""

from __future__ import annotations

import streamlit as st

from library.file import LARGEST_BYTES
from library.import_plan import ImportPlan, PlannedSnippet
from library.importing import import_file, plan_import
from ui.components.text_diff import in_words
from ui.shell.context import database, now
from ui.shell.html import count, safe, table
from ui.shell.notices import Section, action, refusals
from ui.shell.page import html
from ui.shell.state import Key
from ui.shell.uploads import uploaded
from ui.shell.user import who

IMPORT = Section("import")
MOST = 500
"""Snippets of a file that are shown."""
UPLOADS = Key("uploads", 0)
"""How many files were imported: a new number gives a new, empty uploader."""
EXAMPLE = """snippets:
  - key: same-story
    text: Rate 5 only when both texts report the same event.
    state: vetted
    tags: [relatedness]
    rationale: People gave 5 to pairs about one event only.
"""


def show() -> None:
    """Take a file, show what importing it would do, and import it when that is agreed to."""
    IMPORT.show_refusal()
    file = st.file_uploader(
        "Library file (YAML)",
        type=["yaml", "yml"],
        key=f"file-{UPLOADS.get()}",
        max_upload_size=LARGEST_BYTES // 1_000_000,
    )
    if file is None:
        st.caption("Nothing is stored before you have seen what it would do. A file looks like this:")
        st.code(EXAMPLE, language="yaml")
        return
    with refusals():
        with uploaded(file.name, file.getvalue()) as path, database().session() as session:
            plan = plan_import(session, path, by=who())
        html(planned(plan))
        st.button(
            "Nothing to import" if plan.is_empty else f"Import {count(_written(plan), 'snippet')}",
            key="import",
            type="primary",
            disabled=plan.is_empty,
            on_click=_store,
            args=(file.name, file.getvalue(), plan),
        )


@action(IMPORT)
def _store(name: str, content: bytes, plan: ImportPlan) -> str:
    """Import the file that was shown, exactly as it was shown."""
    with uploaded(name, content) as path, database().session() as session:
        import_file(session, path, by=who(), at=now(), expected=plan)
    UPLOADS.set(UPLOADS.get() + 1)
    done = [
        f"{len(plan.added)} new",
        f"{len(plan.changed)} changed",
        f"{len(plan.promoted)} vetted",
        *([f"{len(plan.retired)} retired"] if plan.retired else []),
    ]
    waits = f" {plan.waiting} of them wait as drafts for others to vet them." if plan.waiting else ""
    return f"Imported {name}: {', '.join(done)}.{waits}"


def _written(plan: ImportPlan) -> int:
    return len(plan.added) + len(plan.changed) + len(plan.promoted) + len(plan.retired)


def planned(plan: ImportPlan) -> str:
    """Return what an import would do, as an HTML table: what changes first, and of thousands the first."""
    kinds = (
        ("+ new", plan.added),
        ("± changed", plan.changed),
        ("● vetted", plan.promoted),
        ("× retired", plan.retired),
        ("= as it is", plan.unchanged),
    )
    every = [(name, one) for name, each in kinds for one in each]
    rows = [_planned_row(name, one) for name, one in every[:MOST]]
    more = len(every) - len(rows)
    said = (
        f'<div class="ic ic-mute">and {count(more, "more snippet")}, {_totals(plan)} in all</div>' if more else ""
    )
    return table(("what", "key", "text", "state"), rows) + said


def _totals(plan: ImportPlan) -> str:
    totals = {
        "new": plan.added,
        "changed": plan.changed,
        "vetted": plan.promoted,
        "retired": plan.retired,
        "as it is": plan.unchanged,
    }
    return ", ".join(f"{len(each):,} {name}" for name, each in totals.items() if each)


def _planned_row(name: str, one: PlannedSnippet) -> str:
    text = safe(one.text)
    if one.state == "retired" and one.old_text is not None:
        text = safe(one.old_text)  # whatever the file has: what is retired gets no new version
    elif one.old_text is not None and one.old_text != one.text:
        text = f'<span class="ic-words">{in_words(one.old_text, one.text)}</span>'
    note = f'<div class="ic-mute ic-small">{safe(one.note)}</div>' if one.note else ""
    return (
        f'<tr><td class="ic-nowrap">{name}</td><td class="ic-nowrap ic-mono">{safe(one.key)} v{one.version}</td>'
        f'<td class="ic-wide ic-verbatim">{text}{note}</td><td>{safe(one.state)}</td></tr>'
    )
