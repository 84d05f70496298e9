"""Example: a whole review of recorded answers, to read while the first run of one's own goes on."""

from __future__ import annotations

import streamlit as st

from composer.home.example import CANDIDATE, recorded_at
from ui.candidate import whole_page
from ui.reviewpack import document
from ui.shell import notices
from ui.shell.page import html
from ui.shell.user import me

with notices.refusals():
    with st.container(horizontal=True, vertical_alignment="center"):
        html(
            '<div class="ic ic-example"><b>Recorded example</b> A whole review, to be read only: answers of '
            f"{recorded_at():%-d %B %Y} that came with the program. Your own runs "
            "put what they find into the Inbox.</div>"
        )
        st.page_link("views/runs.py", label="Your runs", icon=":material/play_arrow:")
        st.page_link("views/inbox.py", label="Your Inbox", icon=":material/inbox:")
    whole_page.show(CANDIDATE, me(), document.show)
