from .cost import likely_missing
from .data_summary import DataSummary, summarised
from .diagnoses import ablation_results, increments, repeatability, steps
from .examples import ExampleView, example_views
from .jobs import Job, do_job, enter_job, jobs_of
from .kept_summary import current_summary
from .people import BesidePeople, beside_people
from .rescoring import plan_rescoring
from .search_steps import SearchSteps

__all__ = [
    "BesidePeople",
    "DataSummary",
    "ExampleView",
    "Job",
    "SearchSteps",
    "ablation_results",
    "beside_people",
    "current_summary",
    "do_job",
    "enter_job",
    "example_views",
    "increments",
    "jobs_of",
    "likely_missing",
    "plan_rescoring",
    "repeatability",
    "steps",
    "summarised",
]
