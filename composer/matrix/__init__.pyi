from .asking import plan_asking
from .beside import Beside, offered_prompts
from .effects import SnippetEffects, effects_by_target
from .front import Trade, trade
from .squares import Matrix, Square, detailed, read_matrix

__all__ = [
    "Beside",
    "Matrix",
    "SnippetEffects",
    "Square",
    "Trade",
    "detailed",
    "effects_by_target",
    "offered_prompts",
    "plan_asking",
    "read_matrix",
    "trade",
]
