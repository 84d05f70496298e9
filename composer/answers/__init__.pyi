from .evaluator import Counts, Evaluator, Stopped, evaluator_of
from .latency import Latency, answer_latency
from .malformed import MostlyMalformed
from .served import ModelChanged, Served
from .session import ModelSession, model_session
from .store import CellStore, DatabaseCells, MemoryCells
from .target_check import TargetCheck, check_target

__all__ = [
    "CellStore",
    "Counts",
    "DatabaseCells",
    "Evaluator",
    "Latency",
    "MemoryCells",
    "ModelChanged",
    "ModelSession",
    "MostlyMalformed",
    "Served",
    "Stopped",
    "TargetCheck",
    "answer_latency",
    "check_target",
    "evaluator_of",
    "model_session",
]
