"""Keep what DSPy's optimizers print off the terminal: their notes, Optuna's, and progress bars."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import tqdm  # type: ignore[import-untyped]


@contextmanager
def quiet() -> Iterator[None]:
    """Silence DSPy's and Optuna's logs and every progress bar of `tqdm` that starts meanwhile.

    DSPy hard-codes some of its progress bars, so that only `tqdm` itself can be asked to show none.
    """
    # Loading Optuna takes a third of a second that no other command should pay.
    import optuna

    logger = logging.getLogger("dspy")
    level, verbosity = logger.level, optuna.logging.get_verbosity()
    start = tqdm.tqdm.__init__

    def hidden(bar: Any, *args: Any, **options: Any) -> None:
        start(bar, *args, **{**options, "disable": True})

    logger.setLevel(logging.CRITICAL)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    tqdm.tqdm.__init__ = hidden
    try:
        yield
    finally:
        tqdm.tqdm.__init__ = start
        optuna.logging.set_verbosity(verbosity)
        logger.setLevel(level)
