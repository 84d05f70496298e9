"""Keys of the session state: typed, with a default, and apart for each object."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from ui.shell.state import Key, this_run


def test_a_key_holds_its_default_until_it_is_set_and_after_it_is_taken() -> None:
    def script() -> None:
        import streamlit as st

        from ui.shell.state import Key

        number = Key("number", 3)
        st.text(number.get())
        number.set(4)
        number.of("other").set(5)
        st.text(
            f"{number.get()} {number.of('other').get()} {number.pop()} {number.get()} {number.of('other').get()}"
        )

    app = AppTest.from_function(script, default_timeout=60).run()
    assert [one.value for one in app.text] == ["3", "4 5 4 3 5"]


def test_a_key_given_to_a_widget_holds_what_the_widget_does() -> None:
    def script() -> None:
        import streamlit as st

        from ui.shell.state import Key

        reason = Key("reason", "")

        def act() -> None:
            st.session_state["seen"] = reason.get()
            reason.set("")

        st.text_input("Reason", key=reason.name)
        st.button("Act", on_click=act)

    app = AppTest.from_function(script, default_timeout=60).run()
    app.text_input[0].set_value("because")
    app.button[0].click().run()
    assert (app.session_state["seen"], app.text_input[0].value) == ("because", "")


def test_each_run_of_a_script_is_another_and_its_callbacks_belong_to_it() -> None:
    def script() -> None:
        import streamlit as st

        from ui.shell.state import this_run

        runs = st.session_state.setdefault("runs", [])
        st.button("Act", on_click=lambda: runs.append(this_run()))
        runs += [this_run(), this_run()]

    app = AppTest.from_function(script, default_timeout=60).run()
    app.button[0].click().run()
    first, again, callback, second, _ = app.session_state["runs"]
    assert first is again
    assert callback is second
    assert first is not second
    assert first is not None


def test_outside_of_a_page_there_is_no_run() -> None:
    assert this_run() is None
    assert Key("anything", 1).of(2) == Key("anything-2", 1)
