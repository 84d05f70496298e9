from .problem import BudgetedScorer, Problem, SearchResult

__all__ = [
    "BudgetedScorer",
    "Problem",
    "SearchResult",
]
