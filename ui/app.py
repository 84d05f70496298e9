"""The app: `streamlit run ui/app.py -- --home DIR`. A router; every page is a file in `views/`."""

from __future__ import annotations

import sys
from pathlib import Path

# `streamlit run` puts the script's own folder on the path; the packages lie in the folder above it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import streamlit as st
from streamlit.navigation.page import Page

from composer.home.example import has_example
from library import disk
from library.errors import Refused
from library.roles import Person
from ui.inbox.page_data import anything_found, waiting
from ui.label import page_data as label_data
from ui.shell import deep_link, notices
from ui.shell.context import EXAMPLE, database, this_home
from ui.shell.page import LOGO, STYLE
from ui.shell.user import corner, outside, visitor
from ui.shell.webhook_thread import keep_delivering


def start() -> None:
    """Lead the bare address on: to the link that was asked for before signing in, else to the first page.

    That is the Inbox, or the recorded example for as long as the Inbox is empty. The Inbox's own link must work
    too, and Streamlit gives its default page none.
    """
    link = deep_link.take()
    found = next((page for page in PAGES[1:] if link and page.url_path == link.path), None)
    if link and found:
        st.switch_page(found, query_params=link.query)
    st.switch_page(PAGES[-1] if NEWCOMER else PAGES[1])


def is_newcomer() -> bool:
    """Whether nothing was found in this home yet, and it has a recorded example to look at meanwhile."""
    return not anything_found() and has_example(this_home())


def pages_for(person: Person | None) -> list[Page]:
    """Return the pages of a visitor: all, or for one who is only to rate, blind to the rest, the one for that."""
    if person is None:
        return pages(0, NEWCOMER)
    every = pages(waiting(person), NEWCOMER, label_data.waiting(person))
    if not person.only_rates:
        return every
    return [every[0], *(page for page in every if page.url_path == LABEL_PATH)]


def pages(waiting: int, newcomer: bool, to_label: int = 0) -> list[Page]:
    """Return every page, the hidden start first, then the Inbox; with how much waits for the visitor.

    The last is the recorded example, which only a newcomer is offered.
    """
    inbox = f"Inbox ({waiting:,})" if waiting else "Inbox"
    label = f"Label ({to_label:,})" if to_label else "Label"
    return [
        st.Page(start, title="Instruction composer", default=True, visibility="hidden"),
        st.Page("views/inbox.py", title=inbox, url_path="inbox", help="Candidates and their review status."),
        st.Page(
            "views/runs.py", title="Runs", url_path="runs", help="Start a search, watch it, see what it found."
        ),
        st.Page(
            "views/adapt.py",
            title="Adapt",
            url_path="adapt",
            help="Carry a prompt from one model to the next, to a candidate or a no-go.",
        ),
        st.Page(
            "views/data.py",
            title="Data",
            url_path="data",
            help="Labelled rows: bring them, and see what there is.",
        ),
        st.Page(
            "views/library.py", title="Library", url_path="library", help="The snippets a prompt may be made of."
        ),
        st.Page(
            "views/disagreements.py",
            title="Disagreements",
            url_path="disagreements",
            help="Where the prompt in use and people differ: read them, and write a snippet.",
        ),
        st.Page(
            "views/prompts.py",
            title="Prompts",
            url_path="prompts",
            help="What is released for each task and target.",
        ),
        st.Page(
            "views/matrix.py",
            title="Models",
            url_path="matrix",
            help="Every task on every target: quality, speed, price, and where targets disagree.",
        ),
        st.Page(
            "views/task.py",
            title="Tasks",
            url_path="task",
            help="What prompts are for, and how well people agree on the labels.",
        ),
        st.Page(
            "views/label.py", title=label, url_path="label", help="Rate examples, blind to any label and answer."
        ),
        st.Page("views/activity.py", title="Activity", url_path="activity", help="Who did what, when and why."),
        st.Page("views/people.py", title="People", url_path="people", help="Who may do what, for which tasks."),
        *linked_pages(newcomer),
    ]


def linked_pages(newcomer: bool) -> list[Page]:
    """Return the pages that others lead to, which the navigation lacks; a newcomer's has the recorded example."""
    return [
        st.Page("views/candidate.py", title="Candidate", url_path="candidate", visibility="hidden"),
        st.Page("views/snippet.py", title="Snippet", url_path="snippet", visibility="hidden"),
        st.Page("views/compare.py", title="Compare", url_path="compare", visibility="hidden"),
        st.Page(
            "views/example.py",
            title="Example",
            url_path=EXAMPLE_PATH,
            help="A whole review of recorded answers, to be read only.",
            visibility="visible" if newcomer else "hidden",
        ),
    ]


EXAMPLE_PATH, LABEL_PATH = "example", "label"

st.set_page_config(page_title="Instruction composer", page_icon=str(LOGO), layout="wide")
st.html(STYLE)
st.logo(str(LOGO), size="medium")
EXAMPLE.set(False)  # until the page is known: what the navigation shows is this home's
try:
    with disk.in_plain_words():
        keep_delivering(database())
        guest = visitor()
        NEWCOMER = is_newcomer()
        PAGES = pages_for(guest.person)
except Refused as refused:
    st.navigation(pages(0, False), position="top")
    notices.show_refusal(refused)
    st.caption(f"Home: {this_home().path}")
    st.stop()
page = st.navigation(PAGES, position="top" if guest.person else "hidden")
EXAMPLE.set(page.url_path == EXAMPLE_PATH)
if guest.person is None:
    st.set_page_config(page_title="Sign in · Instruction composer")
    outside(guest, page.url_path)
    st.stop()
st.set_page_config(page_title=f"{page.title} · Instruction composer")
corner(guest)
with notices.refusals():
    page.run()
notices.show_rest()
