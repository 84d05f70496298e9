"""Charts as SVG inside a page of HTML: drawn here, so that no script and no network is needed to see them."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import vl_convert

from ui.shell.html import safe

_INK, _QUIET, _LINE, _GRID = "#1f2933", "#5b6673", "#cfd6de", "#edf0f3"
CONFIG: dict[str, Any] = {
    "aria": False,
    "background": None,
    "font": "sans-serif",
    "view": {"stroke": None},
    "title": {"anchor": "start", "color": _INK},
    "axis": {
        "labelColor": _INK,
        "labelFontSize": 12,
        "titleColor": _QUIET,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titlePadding": 12,
        "gridColor": _GRID,
        "domainColor": _LINE,
        "tickColor": _LINE,
    },
}
"""How charts look on paper; the app has a theme of Streamlit's for that."""

_OWN_ID = re.compile(r"url\(#([^)]+)\)")


def svg(chart: Any, name: str, *, width: int, alt: str, room: int = 0) -> str:
    """Return an Altair chart as inline SVG, `width` pixels at most; the same chart gives the same text.

    `name` sets the ids inside it apart from those of other charts in the same file; `alt` describes what it shows.
    `room` pixels are left free on both sides, for labels in a wider font than the one they were measured in.
    """
    spec = {**chart.properties(width=width).to_dict(), "config": CONFIG}
    if room:
        spec["padding"] = {"left": room, "right": room, "top": 5, "bottom": 5}
    # The drawing is taken apart and written again: ids count on from chart to chart, and the file gets no
    # address of a namespace, which HTML does not need.
    root = ElementTree.fromstring(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))
    ids = {one.get("id"): f"{name}-{number}" for number, one in enumerate(root.iter()) if one.get("id")}
    for one in root.iter():
        one.tag = one.tag.rpartition("}")[2]
        for key, value in one.attrib.items():
            if key == "id":
                one.set(key, ids[value])
            elif found := _OWN_ID.fullmatch(value):
                one.set(key, f"url(#{ids[found[1]]})")
    wide = float(root.attrib.pop("width"))
    del root.attrib["height"]
    inside = "".join(ElementTree.tostring(part, encoding="unicode") for part in root)
    box = safe(root.get("viewBox"))
    return (
        f'<svg class="pk-chart" role="img" aria-label="{safe(alt)}" viewBox="{box}" '
        f'style="max-width:{1.25 * wide:.0f}px">{inside}</svg>'
    )
