from .judgement import Judged, judge
from .markdown_report import report, report_of_failure
from .outcome import Outcome
from .plan import CheckPlan, Unverified, plan_check
from .work import check

__all__ = [
    "CheckPlan",
    "Judged",
    "Outcome",
    "Unverified",
    "check",
    "judge",
    "plan_check",
    "report",
    "report_of_failure",
]
