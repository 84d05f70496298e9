from .dead_weight import Weighed, weigh
from .disagreements import Disagreements, find_disagreements
from .jobs import AuthoringJob
from .lineage import Lineage, lineages
from .questions import plan_answers, plan_try
from .trying import Tried
from .worth import LibraryWorth, Worth, library_worth

__all__ = [
    "AuthoringJob",
    "Disagreements",
    "LibraryWorth",
    "Lineage",
    "Tried",
    "Weighed",
    "Worth",
    "find_disagreements",
    "library_worth",
    "lineages",
    "plan_answers",
    "plan_try",
    "weigh",
]
