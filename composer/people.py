"""Who acts: without a sign-in, the one local person of this machine."""

from __future__ import annotations

import getpass
import os


def person() -> str:
    """Name of the one local person every action of this process is logged under."""
    return os.environ.get("COMPOSER_PERSON") or getpass.getuser()
