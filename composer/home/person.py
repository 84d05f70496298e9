"""Who acts where nobody signs in: the one local person of this machine."""

from __future__ import annotations

import getpass
import os

from library.roles import LOCAL


def person() -> str:
    """Name of the local person that every action of this process is logged under, marked as local."""
    return (os.environ.get("COMPOSER_PERSON") or getpass.getuser()) + LOCAL
