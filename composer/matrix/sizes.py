"""How large a target's model is, as far as that is known."""

from __future__ import annotations

import re
from dataclasses import dataclass

from composer.models.catalogue import find_model
from composer.models.target import Target

_SIZE = re.compile(r"(?<![a-z0-9.])(\d+(?:\.\d+)?)([bm])(?![a-z0-9])", re.IGNORECASE)
_UNITS = {"b": 1e9, "m": 1e6}
UNKNOWN = "a server does not say how large its model is"


@dataclass(frozen=True)
class ModelSize:
    """The size of a model: its parameters, None where its name has no number of them, and its file in bytes."""

    parameters: float | None
    bytes: int

    @property
    def words(self) -> str:
        """It as people write it: `1.5 billion parameters, 1,118 MB`."""
        file = f"{self.bytes / 1e6:,.0f} MB"
        return file if self.parameters is None else f"{parameters_in_words(self.parameters)} parameters, {file}"


def model_size(target: Target) -> ModelSize | None:
    """Return how large a target's model is, by the catalogue; None for a server, which does not say."""
    if target.kind != "embedded":
        return None
    model = find_model(target.model)
    found = _SIZE.search(model.name)
    parameters = float(found[1]) * _UNITS[found[2].lower()] if found else None
    return ModelSize(parameters, model.bytes)


def parameters_in_words(number: float) -> str:
    """Return a number of parameters as people write it: `135 million`, `1.5 billion`."""
    return f"{number / 1e9:g} billion" if number >= 1e9 else f"{number / 1e6:g} million"
