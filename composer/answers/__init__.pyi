from .evaluator import Counts, Evaluator, Stopped, evaluator_of
from .latency import Latency, answer_latency
from .store import CellStore, DatabaseCells, MemoryCells

__all__ = [
    "CellStore",
    "Counts",
    "DatabaseCells",
    "Evaluator",
    "Latency",
    "MemoryCells",
    "Stopped",
    "answer_latency",
    "evaluator_of",
]
