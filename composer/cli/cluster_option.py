"""`--cluster`: the option of every command that asks a model."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from composer.home.paths import CLUSTER_VARIABLE


def _named(context: typer.Context, address: str | None) -> str | None:
    """Have this command, and the processes that it starts, ask through the cluster at this address."""
    if address is not None:
        before = os.environ.get(CLUSTER_VARIABLE)
        os.environ[CLUSTER_VARIABLE] = address
        context.call_on_close(lambda: _put_back(before))
    return address


def _put_back(before: str | None) -> None:
    if before is None:
        os.environ.pop(CLUSTER_VARIABLE, None)
    else:
        os.environ[CLUSTER_VARIABLE] = before


ClusterOption = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        help="Address of a Dask scheduler whose workers ask the model, such as tcp://127.0.0.1:8786 "
        "(COMPOSER_CLUSTER).",
        callback=_named,
    ),
]
