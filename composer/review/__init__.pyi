from .blockers import Blocker
from .comments import add_comment, comments_on
from .corrections import decide_correction, propose_correction
from .decisions import dismiss, give_verdict
from .inbox import Entry
from .next_step import NextStep
from .regressions import set_disposition
from .status import Review, ReviewStatus, get_review, review_status

__all__ = [
    "Blocker",
    "Entry",
    "NextStep",
    "Review",
    "ReviewStatus",
    "add_comment",
    "comments_on",
    "decide_correction",
    "dismiss",
    "get_review",
    "give_verdict",
    "propose_correction",
    "review_status",
    "set_disposition",
]
