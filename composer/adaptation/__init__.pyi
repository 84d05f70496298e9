from .freezing import AdaptationPlan, enter_adaptation, plan_adaptation
from .head_start import prior_for
from .outcome import Cost, Outcome, Side
from .records import Adaptation, get_adaptation, list_adaptations

__all__ = [
    "Adaptation",
    "AdaptationPlan",
    "Cost",
    "Outcome",
    "Side",
    "enter_adaptation",
    "get_adaptation",
    "list_adaptations",
    "plan_adaptation",
    "prior_for",
]
