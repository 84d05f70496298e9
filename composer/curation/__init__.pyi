from .dead_weight import Weighed, weigh
from .disagreements import Disagreements, find_disagreements
from .jobs import AuthoringJob
from .lineage import Lineage, lineages
from .mined_drafts import Proposals, propose, store
from .mining import Mined, mine
from .mining_plan import MiningPlan, mining_cost, plan_mining
from .questions import plan_answers, plan_try
from .trying import Tried
from .worth import LibraryWorth, Worth, library_worth

__all__ = [
    "AuthoringJob",
    "Disagreements",
    "LibraryWorth",
    "Lineage",
    "Mined",
    "MiningPlan",
    "Proposals",
    "Tried",
    "Weighed",
    "Worth",
    "find_disagreements",
    "library_worth",
    "lineages",
    "mine",
    "mining_cost",
    "plan_answers",
    "plan_mining",
    "plan_try",
    "propose",
    "store",
    "weigh",
]
