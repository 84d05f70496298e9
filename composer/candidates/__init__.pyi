from .evidence import Evidence, Measured, MeasurementPlan, evidence_of
from .measurement import measure
from .outcome import Outcome
from .records import (
    Candidate,
    CandidateSummary,
    get_candidate,
    get_candidate_summary,
    list_candidates,
)
from .submission import submit
from .test_split import note_test_read

__all__ = [
    "Candidate",
    "CandidateSummary",
    "Evidence",
    "Measured",
    "MeasurementPlan",
    "Outcome",
    "evidence_of",
    "get_candidate",
    "get_candidate_summary",
    "list_candidates",
    "measure",
    "note_test_read",
    "submit",
]
