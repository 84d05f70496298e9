"""The fields that bound what a run pays: answers, and money where its target has a price."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.answers.bound import Limits
from composer.registry.targets import get_target
from ui.shell.context import database

_REACHED = "A run that reaches it stops and keeps every answer; it can be continued."


def show(targets: Sequence[str], key: str) -> tuple[str, ...]:
    """Ask for a bound on what is paid on each of the targets; returns it as a worker is told, empty for none."""
    with database().session() as session:
        priced = all(get_target(session, name).prices is not None for name in targets)
    each = ", for each target" * (len(targets) > 1)
    with st.expander("Stop at a bound", key=f"bound-{key}"):
        left, right = st.columns(2)
        cells = left.number_input(
            f"Most answers to pay{each}",
            min_value=1,
            value=None,
            step=20,
            key=f"max-cells-{key}",
            placeholder="no bound",
            help=f"Those of the sealed test split count too. {_REACHED}",
        )
        cost = right.number_input(
            f"Most to spend{each}",
            min_value=0.0,
            value=None,
            step=0.5,
            key=f"max-cost-{key}",
            placeholder="no bound",
            help=f"By the price in the target’s file, in its unit of money. {_REACHED}",
            disabled=not priced,
        )
        if not priced:
            st.caption(f"A bound in money takes a price in {'each' if targets[1:] else 'the'} target’s file.")
    most = float(cost) if cost is not None and priced else None
    return Limits(None if cells is None else int(cells), most).arguments
