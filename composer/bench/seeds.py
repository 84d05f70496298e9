"""Seeds out of names, the same on every machine and in every process."""

from __future__ import annotations

from hashlib import sha256

import numpy as np


def seeded(*parts: object) -> np.random.SeedSequence:
    """Return the seed that a series of names and numbers gives; `hash()` would differ between processes."""
    text = "\0".join(str(part) for part in parts)
    return np.random.SeedSequence(int.from_bytes(sha256(text.encode()).digest(), "big"))
