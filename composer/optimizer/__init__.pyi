from .adapter import VerbatimAdapter
from .optimizer import LibraryComposer, from_dspy, to_dspy
from .predictor import LibraryPredict
from .strategies import STRATEGIES, strategy_of

__all__ = [
    "STRATEGIES",
    "LibraryComposer",
    "LibraryPredict",
    "VerbatimAdapter",
    "from_dspy",
    "strategy_of",
    "to_dspy",
]
