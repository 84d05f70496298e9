"""The prompt in use in the formats of other tools: which can hold it, and their files, copied or downloaded."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

import streamlit as st

from composer.formats import batch_jsonl
from composer.formats.catalogue import FORMATS
from composer.formats.format import Format
from composer.formats.prompt import ExportedPrompt
from composer.release.exported import Export, exported_prompt, made
from library.errors import Refused
from ui.prompts import asked_rows
from ui.prompts.zip import zipped_files
from ui.shell import query_params
from ui.shell.context import as_logged, database
from ui.shell.html import count, plain, safe
from ui.shell.notices import refusals, show_refusal
from ui.shell.page import html, section, verbatim, with_code

Place = tuple[str, str, int]
"""A task, a target and the number of a release of theirs."""
CHOSEN = "format"
USUAL = "messages.json"
MOST_SHOWN = 40_000
"""Characters of a file that are shown: a browser is slow to lay out more."""
HEIGHT = 460
"""Of a file, in pixels; a longer one scrolls."""
LANGUAGES = {
    ".json": "json",
    ".jsonl": "json",
    ".yaml": "yaml",
    ".md": "markdown",
    ".prompty": "markdown",
    ".py": "python",
    ".ts": "typescript",
    ".cjs": "javascript",
}


@dataclass(frozen=True)
class Offer:
    """A released prompt, and why each of the formats that can't hold it is refused, by name."""

    prompt: ExportedPrompt
    refused: Mapping[str, Refused]


@st.cache_resource(max_entries=16, show_spinner=False)
def offer(now: tuple[str, str | None, str], place: Place) -> Offer:  # noqa: ARG001 (Streamlit hashes it)
    """Return a release, and which formats refuse it; checking all that it rests on takes a moment."""
    task, target, release = place
    with database().session() as session:
        prompt = exported_prompt(session, task, target, rows=True, release=release)
    refused: dict[str, Refused] = {}
    for format in FORMATS.values():
        try:
            format.files(prompt)
        except Refused as refusal:
            refused[format.name] = refusal
    return Offer(prompt, refused)


@st.cache_resource(max_entries=64, show_spinner="Loading it back with the tool it is for")
def proved(now: tuple[str, str | None, str], place: Place, name: str) -> Export:
    """Return a format's files with their proof, or the refusal; with some tools this takes seconds."""
    return made(offer(now, place).prompt, [FORMATS[name]])


def show(task: str, target: str, release: int, *, earlier: bool = False) -> None:
    """Show the section: the formats, with the reason of each that is refused, and the files of the one chosen.

    `earlier` is whether the release isn't the one in use.
    """
    section("Export", f"release {release} in the formats of other tools", anchor="export")
    with refusals():
        offer(as_logged(), (task, target, release))
        _files((task, target, release), f" --release {release}" if earlier else "")


@st.fragment
def _files(place: Place, option: str) -> None:
    now = as_logged()
    found = offer(now, place)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        name = _choose(found)
    with right:
        rows = " --rows FILE" if name == batch_jsonl.NAME else ""
        if _wants_rows(found, name):
            with refusals():
                asked = asked_rows.ask(found.prompt, FORMATS[name])
                if asked is not None:
                    rows = f" --rows {shlex.quote(asked.name)}"
                    html(f'<div class="ic ic-mute">{safe(asked.words)}</div>')
                    _show_or_refuse(name, asked.export)
        elif name in found.refused:
            show_refusal(found.refused[name])
        else:
            _show_or_refuse(name, proved(now, place, name))
        html('<div class="ic ic-mute">In the terminal</div>')
        task, target, _ = place
        verbatim(f"composer export {task} --target {target}{option} --format {name}{rows} --out DIR")


def _wants_rows(found: Offer, name: str) -> bool:
    """Whether a format is refused for nothing but the rows, which are uploaded here."""
    return isinstance(found.refused.get(name), batch_jsonl.RowsMissing)


def _show_or_refuse(name: str, export: Export) -> None:
    if name in export.refused:
        show_refusal(export.refused[name])
    else:
        _show(FORMATS[name], export)


def _called(found: Offer, name: str) -> str:
    if _wants_rows(found, name):
        return f"{name} · needs rows"
    return f"{name} · refused" if name in found.refused else name


def _captioned(found: Offer, name: str) -> str:
    refused = name in found.refused and not _wants_rows(found, name)
    return plain(str(found.refused[name]) if refused else FORMATS[name].title)


def _choose(found: Offer) -> str:
    """Offer every format with what it is, what it needs, or why it can't hold this prompt."""
    names = list(FORMATS)
    chosen = query_params.chosen(CHOSEN, names, USUAL)
    st.radio(
        "Format",
        names,
        key=CHOSEN,
        format_func=lambda name: _called(found, name),
        captions=[_captioned(found, name) for name in names],
        on_change=query_params.keep,
        args=(CHOSEN,),
        label_visibility="collapsed",
    )
    return chosen


def _show(format: Format, export: Export) -> None:
    (written,) = export.written
    names = list(written.files)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        html(f'<div class="ic">{_proof(format, written.proof)}</div>')
        if len(names) > 1:
            prompt = export.prompt
            st.download_button(
                f"All {len(names)} files",
                zipped_files(written.files),
                f"{prompt.task}--{prompt.target}--release-{prompt.release}--{format.name}.zip",
                "application/zip",
                key="format-zip",
                icon=":material/folder_zip:",
                on_click="ignore",
            )
    if format.note:
        html(f'<div class="ic ic-mute">{with_code(format.note(export.prompt))}</div>')
    places = st.tabs(names) if len(names) > 1 else [st.container()]
    for place, name in zip(places, names, strict=True):
        with place:
            _file(name, written.files[name])


def _proof(format: Format, proof: str) -> str:
    """Return how the files were proved as HTML."""
    if proof:
        return f'<span class="ic-tag ic-blue">proved</span> {safe(proof)}'
    tool = format.tool_title or format.tool
    return f'<span class="ic-tag ic-orange">not proved</span> {safe(tool)} isn’t installed here to load it back'


def _file(name: str, content: bytes) -> None:
    text = content.decode()
    if len(text) <= MOST_SHOWN:
        verbatim(text, LANGUAGES.get(PurePath(name).suffix), height=HEIGHT if text.count("\n") > 18 else "content")
    else:
        st.caption(plain(f"{name} is too long to be shown here: {count(len(text), 'character')}."))
    st.download_button(
        name,
        content,
        name,
        "application/octet-stream",
        key=f"format-{name}",
        icon=":material/download:",
        on_click="ignore",
    )
