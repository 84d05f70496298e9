from .due import Arrived, Due, labels_arrived, releases_of
from .marks import Mark
from .records import DriftScore, Figure, Found, get_score, list_scores
from .scoring import do_score, enter_score

__all__ = [
    "Arrived",
    "DriftScore",
    "Due",
    "Figure",
    "Found",
    "Mark",
    "do_score",
    "enter_score",
    "get_score",
    "labels_arrived",
    "list_scores",
    "releases_of",
]
