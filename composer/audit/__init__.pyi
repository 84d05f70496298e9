from .adoption import adopt_rows
from .replay import Head, KnownHead, head_of, known_head
from .verification import Audit, audit, differences_about

__all__ = [
    "Audit",
    "Head",
    "KnownHead",
    "adopt_rows",
    "audit",
    "differences_about",
    "head_of",
    "known_head",
]
