"""Keys of the Label page: each presses a button of the example that is on the page when it is pressed.

Streamlit's own `shortcut=` knows no minus and no key of two signs, so a listener of ours hears all of them. It
knows which example is shown: a second key for one that was just answered does nothing, since the next is not there
to be seen, and a key for one whose buttons are still to come waits for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

SKIP, UNDO, NOTE = "s", "u", "n"

_LISTENS = """
export default function ({ data }) {
  const patience = 1000  // milliseconds after which an answer that changed nothing may be given again
  let typed = ""
  let answered = { example: "", at: 0 }
  const shown = () => document.querySelector(".ic-to-rate")?.dataset.example ?? ""
  const last = () => document.querySelector("[data-last]")?.dataset.last ?? ""
  const begins = (text) => Object.keys(data.buttons).some((keys) => keys.startsWith(text))
  let noting = false
  const once = (place, act, tries = 100) => {
    const found = document.querySelector(place)
    if (found && !found.disabled) act(found)
    else if (tries > 0) setTimeout(() => once(place, act, tries - 1), 50)
    else noting = false
  }
  const heard = (event) => {
    const at = event.target
    if (at.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(at.tagName)) {
      if (event.key === "Escape") at.blur()
      return
    }
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return
    const example = shown()
    if (example && example === answered.example && Date.now() - answered.at < patience) return
    const key = event.key === "−" ? "-" : event.key.toLowerCase()
    if (key === data.note || noting) {  // what is typed until the field is there is no answer
      event.preventDefault()
      const begun = noting
      noting = Boolean(example) && event.key !== "Escape"
      if (!noting || begun) return
      once(`.st-key-note-${example} input`, (field) => {
        if (noting) field.focus()
        noting = false
      })
      return
    }
    typed = begins(typed + key) ? typed + key : begins(key) ? key : ""
    const name = data.buttons[typed]
    if (!name || (name.includes("*") && !example) || (name.includes("#") && !last())) return
    typed = ""
    answered = { example, at: Date.now() }
    once(`.st-key-${name.replace("*", example).replace("#", last())} button`, (button) => button.click())
  }
  const clicked = (event) => {
    const button = event.target.closest(".st-key-ic-label button")
    if (!button || event.detail === 0) return
    // The second click of a double click would answer the next example, and so would Enter on the button.
    if (event.detail > 1) { event.stopPropagation(); event.preventDefault() }
    button.blur()
  }
  document.addEventListener("keydown", heard)
  document.addEventListener("click", clicked, true)
  return () => {
    document.removeEventListener("keydown", heard)
    document.removeEventListener("click", clicked, true)
  }
}
"""


def listen(buttons: Mapping[str, str]) -> None:
    """Press the button whose widget key stands under the keys pressed.

    In it `*` is the number of the example, `data-example` of the card with the class `ic-to-rate`, and `#` that of
    the person's last act, `data-last` of what is shown: buttons of before may still be on the page beside it. The
    note is the field of the key `note-` and the number of the example.
    """
    _component()(key="ic-label-keys", data={"buttons": dict(buttons), "note": NOTE})


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    return st.components.v2.component("ic_label_keys", html="<span></span>", js=_LISTENS)
