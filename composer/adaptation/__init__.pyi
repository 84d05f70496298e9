from .freezing import AdaptationPlan, enter_adaptation, plan_adaptation
from .outcome import Outcome, Side
from .records import Adaptation, get_adaptation, list_adaptations

__all__ = [
    "Adaptation",
    "AdaptationPlan",
    "Outcome",
    "Side",
    "enter_adaptation",
    "get_adaptation",
    "list_adaptations",
    "plan_adaptation",
]
