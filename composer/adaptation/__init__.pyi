from .freezing import AdaptationPlan, enter_adaptation, plan_adaptation
from .head_start import prior_for
from .kept import kept_gain
from .outcome import Cost, Outcome, Side
from .prospect import Prospect
from .records import Adaptation, get_adaptation, list_adaptations

__all__ = [
    "Adaptation",
    "AdaptationPlan",
    "Cost",
    "Outcome",
    "Prospect",
    "Side",
    "enter_adaptation",
    "get_adaptation",
    "kept_gain",
    "list_adaptations",
    "plan_adaptation",
    "prior_for",
]
