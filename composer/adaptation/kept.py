"""How much of what an adaptation's search expected on dev is left on the sealed examples."""

from __future__ import annotations

from sqlmodel import Session

from composer.adaptation.records import Adaptation
from composer.evaluation.dev_and_test import DevTestGap, dev_test_gap
from composer.evaluation.outcomes import Difference, as_change
from composer.registry.datasets import dataset_of, split_size
from composer.runs.records import get_run


def kept_gain(session: Session, one: Adaptation) -> DevTestGap | None:
    """Return an adapted prompt's gain over plain transfer, on dev and on test; None where it wasn't measured."""
    found, run = one.outcome, get_run(session, one.run_id)
    if found is None or found.against_transfer is None or found.dev_gain is None or run.result is None:
        return None
    over, adapted, transfer = found.against_transfer, found.side("adapted"), found.side("plain transfer")
    test = Difference(
        over.metric,
        over.better_is,
        transfer.composite if transfer else None,
        adapted.composite if adapted else None,
        over.value,
        over.low,
        over.high,
    )
    seen = max((step.examples for step in run.trace if step.keys == run.result.keys), default=0)
    return dev_test_gap(
        test,
        found.dev_gain / as_change(over.metric, 1.0),
        compositions=run.result.tried,
        dev=seen or split_size(session, dataset_of(session, one.task), "dev"),
        total=adapted.n if adapted else 0,
    )
