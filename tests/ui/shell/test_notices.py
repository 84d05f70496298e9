"""Notices: what an act did and what was refused, each shown once and where it belongs."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def page() -> AppTest:
    def script() -> None:
        import streamlit as st

        from library.errors import Refused
        from ui.shell import notices
        from ui.shell.notices import Section, action

        above, below = Section("above"), Section("below")

        def act(what: str) -> str | None:
            if what == "silent":
                return None
            if what != "done":
                raise Refused(what, fix="Try *another*.")
            return "It is `done`."

        st.caption(f"waiting: {notices.is_waiting()}")
        notices.show_message("box")
        for section in (above, below):
            if section is above and not st.checkbox("Show above", value=True):
                continue
            st.text(section.name)
            section.show_refusal()
            for what in ("done", "silent", "no", "not so"):
                st.button(what, key=f"{section.name}-{what}", on_click=action(section)(act), args=(what,))
        notices.show_rest()

    return AppTest.from_function(script, default_timeout=60).run()


def writing_page() -> AppTest:
    def script() -> None:
        import streamlit as st

        from library.errors import Refused
        from ui.shell import notices
        from ui.shell.notices import Outcome, Section, written
        from ui.shell.state import Key

        field = Key("field", "")
        stored: Key[tuple[str, ...]] = Key("stored", ())

        @written(Section("only"), lambda _what: field)
        def keep(text: str, what: str) -> Outcome:
            if not text.strip() or text == "bad":
                raise Refused(f"{what} needs a good text")
            kept = (*stored.get(), text)
            return Outcome(f"Kept {what}.", lambda: stored.set(kept))

        notices.show_message("box")
        st.text_area("Text", key=field.name)
        st.button("Keep", key="keep", on_click=keep, args=("it",))
        Section("only").show_refusal()
        st.caption(f"stored: {', '.join(stored.get())}")
        notices.show_rest()

    return AppTest.from_function(script, default_timeout=60).run()


def kept(app: AppTest) -> str:
    return app.caption[0].value.removeprefix("stored:").strip()


def test_a_button_that_takes_a_text_acts_once_when_pressed_twice_and_empties_its_field() -> None:
    app = writing_page()
    app.text_area(key="field").set_value("first").run()
    app.button(key="keep").click().run()
    assert (kept(app), app.text_area(key="field").value, app.success[0].value) == ("first", "", "Kept it\\.")
    for text in ("", "first"):  # what the browser may still hold when it is pressed again
        app.text_area(key="field").set_value(text)
        app.button(key="keep").click().run()
        assert (kept(app), app.text_area(key="field").value) == ("first", "")
        assert not app.error


def test_another_text_right_after_is_another_act() -> None:
    app = writing_page()
    for text in ("first", "second"):
        app.text_area(key="field").set_value(text)
        app.button(key="keep").click().run()
    assert kept(app) == "first, second"


@pytest.mark.parametrize("text", ["", "bad"])
def test_after_a_refusal_the_text_is_still_there(text: str) -> None:
    app = writing_page()
    for _ in range(2):
        app.text_area(key="field").set_value(text)
        app.button(key="keep").click().run()
        assert (kept(app), app.text_area(key="field").value) == ("", text)
        assert "It needs a good text" in app.error[0].value


def shown(app: AppTest) -> list[tuple[str, str]]:
    """What the page shows of section names, refusals and messages, in its order."""
    kinds = {"text", "error", "success", "toast"}
    return [(one.type, str(one.value).replace("\\", "")) for one in app.main if one.type in kinds]


def test_a_refusal_is_shown_in_the_section_of_its_act_and_once() -> None:
    app = page()
    app.button(key="below-no").click().run()
    assert shown(app) == [("text", "above"), ("text", "below"), ("error", "No. Try *another*.")]
    assert "\\*another\\*" in app.error[0].value
    app.run()
    assert not app.error


def test_the_next_act_in_a_section_replaces_what_was_refused_there() -> None:
    app = page()
    app.button(key="above-no").click().run()
    app.button(key="above-not so").click().run()
    assert [one.value.replace("\\", "") for one in app.error] == ["Not so. Try *another*."]
    app.button(key="above-silent").click().run()
    assert not app.error


def test_an_act_leaves_its_message_for_the_next_run_alone() -> None:
    app = page()
    app.button(key="above-done").click().run()
    assert [one.value.replace("\\", "") for one in app.success] == ["It is `done`."]
    assert app.caption[0].value == "waiting: True"
    app.run()
    assert not app.success
    assert app.caption[0].value == "waiting: False"
    app.button(key="above-silent").click().run()
    assert not app.success


def test_a_refusal_whose_section_is_gone_is_shown_all_the_same() -> None:
    app = page()
    app.checkbox[0].uncheck()
    app.button(key="above-no").click().run()
    assert not app.error
    assert [one.value.replace("\\", "") for one in app.toast] == ["No. Try *another*."]
    app.run()
    assert not app.toast
