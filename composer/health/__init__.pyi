from .examination import examine
from .findings import Finding, worst

__all__ = ["Finding", "examine", "worst"]
