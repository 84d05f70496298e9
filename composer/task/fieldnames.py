"""Names of a task's inputs and of its output: which there may be, and one for whatever a column is called."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Collection

from library.validation import invalid

# Columns of every data file besides the inputs.
COLUMNS = ("gold", "id", "explanation", "cluster", "slice", "must_not_regress")

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
# Names that a DSPy signature, the call of a DSPy predictor or a pydantic model keeps for itself.
_TAKEN = frozenset(
    {"adapter", "config", "construct", "copy", "demos", "dict", "fields", "input_fields", "instructions"}
    | {"json", "lm", "new_signature", "output_fields", "parse_obj", "prediction", "schema", "signature"}
    | {"snippets", "validate"}
)


def checked_name(name: str) -> str:
    """Return the name of an input or output; raises a pydantic error where it can't be one."""
    if not _NAME.fullmatch(name):
        raise invalid(
            f"{name!r} can't be the name of a field",
            fix="Use small letters, digits and _, starting with a letter.",
        )
    if _is_reserved(name):
        raise invalid(f"the name {name!r} is taken by Python or DSPy", fix="Use another name.")
    return name


def field_name(text: str, taken: Collection[str] = ()) -> str:
    """Return a name for a field that is called otherwise, such as a column; none of those that are taken."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    stem = re.sub(r"[^a-z0-9]+", "_", ascii_text).strip("_")[:50]
    name = stem if re.match("[a-z]", stem) else f"text_{stem}".rstrip("_")
    if _is_reserved(name) or name in COLUMNS:
        name = f"{name}_text"
    number, found = 2, name
    while found in taken:
        number, found = number + 1, f"{name}_{number}"
    return found


def task_name(text: str) -> str:
    """Return a name for a task after something that is called otherwise, such as a file; perhaps an empty one."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text)[:64].strip("-")


def _is_reserved(name: str) -> bool:
    return keyword.iskeyword(name) or name in _TAKEN or name.startswith("model_")
