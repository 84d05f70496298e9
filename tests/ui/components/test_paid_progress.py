"""How far work is that pays for answers, and the button that stops it."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def shown(*, stopping: bool, may_stop: bool) -> AppTest:
    def script(stopping: bool, may_stop: bool) -> None:
        import streamlit as st

        from ui.components import paid_progress

        paid_progress.show(
            7,
            "stop",
            paid=30,
            expected=120,
            message="asking",
            stopping=stopping,
            on_stop=lambda number: st.session_state.update(stopped=number),
            may_stop=may_stop,
        )

    app = AppTest.from_function(script, args=(stopping, may_stop), default_timeout=60).run()
    assert not app.exception
    return app


def test_stop_is_told_which_work_to_stop() -> None:
    app = shown(stopping=False, may_stop=True)
    assert app.get("progress")[0].proto.text == "30 of 120 answers · asking"
    app.button(key="stop").click().run()
    assert app.session_state["stopped"] == 7


def test_work_that_stops_already_says_so_and_is_not_stopped_twice() -> None:
    app = shown(stopping=True, may_stop=True)
    assert app.get("progress")[0].proto.text == "30 of 120 answers · asking, stopping"
    assert app.button(key="stop").disabled


def test_who_may_not_stop_it_sees_how_far_it_is() -> None:
    assert shown(stopping=False, may_stop=False).button(key="stop").disabled
