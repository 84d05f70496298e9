from .queueing import close_queue, queue_doubtful, queue_unlabelled
from .rating import rate, sitting, skip, take_back

__all__ = [
    "close_queue",
    "queue_doubtful",
    "queue_unlabelled",
    "rate",
    "sitting",
    "skip",
    "take_back",
]
