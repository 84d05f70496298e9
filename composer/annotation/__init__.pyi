from .corrected import Corrected, corrected_mean
from .plan import Plan, plan_annotation
from .work import Annotated, annotate

__all__ = ["Annotated", "Corrected", "Plan", "annotate", "corrected_mean", "plan_annotation"]
