"""Choices in the link: they stay where labels change, and lead the next person to the same."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def page(counted: int) -> AppTest:
    def script(counted: int) -> None:
        import streamlit as st

        from ui.shell import query_params

        options = ["mine", "all"]
        value = query_params.chosen("state", options, "all")
        st.selectbox(
            "State",
            options,
            key="state",
            format_func=lambda one: f"{one} {counted}",
            on_change=query_params.keep,
            args=("state",),
        )
        st.text(value)

    return AppTest.from_function(script, args=(counted,), default_timeout=60)


def test_without_a_link_the_default_is_chosen_and_the_link_left_alone() -> None:
    app = page(3).run()
    assert (app.text[0].value, app.selectbox[0].value) == ("all", "all")
    assert not app.query_params


def test_a_choice_is_written_to_the_link_without_its_label() -> None:
    app = page(3).run()
    app.selectbox(key="state").set_value("mine").run()
    assert (app.text[0].value, app.query_params["state"]) == ("mine", "mine")
    app.selectbox(key="state").set_value("all").run()
    assert (app.text[0].value, app.query_params["state"]) == ("all", "all")


def test_a_link_holds_whatever_the_labels_are_now_and_nonsense_is_the_default() -> None:
    for given, chosen in (("mine", "mine"), ("yours", "all")):
        app = page(4)
        app.query_params["state"] = given
        app.run()
        assert (app.text[0].value, app.selectbox[0].value) == (chosen, chosen)
