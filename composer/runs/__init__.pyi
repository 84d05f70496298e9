from .findings import SearchFindings, search_findings
from .plan import Plan, plan_proposal, plan_run, proposable
from .records import Run, RunSummary, enter_run, get_run, list_runs
from .worker import work

__all__ = [
    "Plan",
    "Run",
    "RunSummary",
    "SearchFindings",
    "enter_run",
    "get_run",
    "list_runs",
    "plan_proposal",
    "plan_run",
    "proposable",
    "search_findings",
    "work",
]
