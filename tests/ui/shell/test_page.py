"""What every page shares: the name of the app is drawn whole, whatever fonts there are."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from streamlit.testing.v1 import AppTest

from ui.shell.page import LOGO


def test_the_logo_needs_no_font_and_nothing_of_it_is_cut_off() -> None:
    root = ElementTree.parse(LOGO).getroot()
    kinds = {one.tag.rpartition("}")[2] for one in root.iter() if isinstance(one.tag, str)}
    assert kinds == {"svg", "g", "rect", "path"}
    left, top, width, height = map(float, root.attrib["viewBox"].split())
    (path,) = root.findall("{*}path")
    # Commands of one coordinate move along one axis; those of pairs alternate x and y.
    places = [
        (command, [float(one) for one in re.findall(r"-?\d*\.?\d+", given)])
        for command, given in re.findall(r"([MLHVQCZ])([^MLHVQCZ]*)", path.attrib["d"])
    ]
    across = [
        place for command, found in places if command != "V" for place in (found if command == "H" else found[::2])
    ]
    down = [
        place
        for command, found in places
        if command != "H"
        for place in (found if command == "V" else found[1::2])
    ]
    assert left < min(across) < max(across) <= left + width
    assert top < min(down) < max(down) <= top + height


def test_commands_on_an_empty_page_are_shown_as_code_and_everything_else_as_it_is() -> None:
    def script() -> None:
        from ui.shell.page import empty

        empty("Nothing <yet>", "Run `composer demo` for <some>.")

    (shown,) = AppTest.from_function(script, default_timeout=60).run().html
    assert "<p>Run <code>composer demo</code> for &lt;some&gt;.</p>" in shown.value
    assert "Nothing &lt;yet&gt;" in shown.value
