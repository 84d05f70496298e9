"""The forms in which labelling tools export: recognised by what a file holds, or named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from composer.data import argilla, doccano, labelstudio, prodigy
from composer.data.tables import Table
from library.errors import Refused

PLAIN = "table"
"""The name under which a file is taken as it is, whatever it looks like."""


@dataclass(frozen=True)
class Form:
    """One form: whether a table is certainly of it, how that is read, and how its tool is brought to export it.

    `could` is whether a table may be of it, where somebody says so; `unasked` is what happens instead of reading
    where nobody does.
    """

    title: str
    fits: Callable[[Table], bool]
    read: Callable[[Table], Table]
    how: str
    could: Callable[[Table], bool] | None = None
    unasked: Callable[[Table], Table] | None = None


FORMS: Mapping[str, Form] = {
    "label-studio": Form(
        "Label Studio's JSON", labelstudio.has_tasks, labelstudio.read_tasks, labelstudio.JSON_EXPORT
    ),
    "label-studio-min": Form(
        "Label Studio's JSON_MIN or CSV",
        labelstudio.has_short_rows,
        labelstudio.read_short_rows,
        labelstudio.JSON_EXPORT,
    ),
    "argilla": Form(
        "Argilla's flattened records", argilla.has_flat_records, argilla.read_flat_records, argilla.FLAT_EXPORT
    ),
    argilla.WITHOUT_STATUS: Form(
        "Argilla's records",
        argilla.has_plain_records,
        argilla.read_without_status,
        argilla.FLAT_EXPORT,
        could=argilla.has_records,
        unasked=argilla.refuse_plain_records,
    ),
    "prodigy": Form("Prodigy's answers", prodigy.has_answers, prodigy.read_answers, prodigy.DB_OUT),
    "doccano": Form(
        "doccano's labels", doccano.has_rows, doccano.read_rows, doccano.JSONL_EXPORT, could=doccano.has_labels
    ),
}


def recognised(table: Table, named: str = "") -> Table:
    """Return a table with the answers in it laid out, where a labelling tool exported it; any other as it is.

    `named` is the form that it is in, one of `FORMS` or `PLAIN`; empty where what it holds shall tell. Raises
    `Refused` where it isn't in the form that was named, or that form has lost what can't be done without.
    """
    if named == PLAIN:
        return table
    if not named:
        found = next((form for form in FORMS.values() if form.fits(table)), None)
        return (found.unasked or found.read)(table) if found else table
    if named not in FORMS:
        raise Refused(f"there is no format {named}", fix=f"There are {', '.join((*FORMS, PLAIN))}.")
    form = FORMS[named]
    if not (form.could or form.fits)(table):
        raise Refused(f"the file doesn't hold {form.title}", where=str(table.path), fix=form.how)
    return form.read(table)
