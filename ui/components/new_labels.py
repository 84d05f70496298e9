"""What labels that have just become data mean for the prompts in use, at the end of an act's message."""

from __future__ import annotations

from composer.drift.due import labels_arrived, sentences
from composer.drift.scoring import start
from ui.shell.context import database, now, this_home
from ui.shell.user import who


def arrived(task: str) -> str:
    """Return which prompts in use can be scored on new labels, and start the scorings that the policy wants."""
    with database().session() as session:
        found = labels_arrived(session, task, by=who(), at=now())
    for one in found:
        if one.entered is not None:
            start(this_home(), one.entered)
    where = " The Prompts page scores it." if any(one.entered is None for one in found) else ""
    return f"{sentences(found)}{where}"
