from .cost import likely_missing
from .data_summary import DataSummary, summary_of
from .diagnoses import ablation_results, increments, repeatability, steps
from .examples import ExampleView, example_views
from .jobs import Job, do_job, enter_job, jobs_of
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
    "do_job",
    "enter_job",
    "example_views",
    "increments",
    "jobs_of",
    "likely_missing",
    "plan_rescoring",
    "repeatability",
    "steps",
    "summary_of",
]
