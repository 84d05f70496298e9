"""Charts as SVG in a file: the same each time, apart from one another, and with room for their labels."""

from __future__ import annotations

import re

import altair as alt
import pandas as pd

from ui.components.svg import svg


def test_a_chart_is_drawn_alike_each_time_and_apart_from_the_others() -> None:
    data = pd.DataFrame({"name": ["<b>&", "b"], "n": [1, 2]})
    chart = alt.Chart(data).mark_bar(clip=True).encode(x="name:N", y="n:Q").properties(height=80)
    first = svg(chart, "one", width=100, alt="<two> bars")
    assert first == svg(chart, "one", width=100, alt="<two> bars")
    other = svg(chart, "other", width=100, alt="")
    ids = re.compile(r'(?<= id=")[^"]+')
    assert ids.findall(first)
    assert not set(ids.findall(first)) & set(ids.findall(other))
    assert "&lt;b&gt;&amp;" in first
    assert 'aria-label="&lt;two&gt; bars"' in first
    assert "xmlns" not in first


def test_room_is_left_free_on_both_sides() -> None:
    chart = alt.Chart(pd.DataFrame({"n": [1, 2]})).mark_bar().encode(x="n:Q")
    plain, roomy = (
        float(re.findall(r'viewBox="0 0 ([0-9.]+)', svg(chart, "one", width=100, alt="", room=room))[0])
        for room in (0, 50)
    )
    assert 85 <= roomy - plain <= 100
