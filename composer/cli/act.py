"""Doing one thing to a candidate from the terminal: the act, a line that it was done, and what comes next."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session

from composer.candidates.records import get_candidate_summary
from composer.cli.candidate_report import as_json_value
from composer.cli.common import opened, out, person, say
from composer.cli.figures_table import MARKS
from composer.cli.next_commands import show_next
from composer.review.next_step import next_step
from composer.review.status import get_review, review_status
from library.people import someone

Act = Callable[[Session, str, datetime], str]
"""Does one thing in a session, as somebody, at a time (UTC), and returns a sentence of what was done."""


def carry_out(act: Act, candidate: int, home: Path | None, *, as_json: bool) -> None:
    """Do one thing to a candidate as the local person; print that, and the next step or the review as JSON."""
    database, by = opened(home), person()
    with database.session() as session:
        done = act(session, by, datetime.now(UTC))
    with database.session() as session:
        if as_json:
            print(json.dumps(as_json_value(get_review(session, candidate)), ensure_ascii=False))
            return
        status = review_status(session, get_candidate_summary(session, candidate))
        me = someone(session, by)
    say(MARKS[True], f" {done}")
    out.print()
    show_next(next_step(status, me), status)
