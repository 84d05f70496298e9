from .evidence import evidence_of
from .measurement import Measured, measure
from .records import Candidate, CandidateSummary, get_candidate, list_candidates, submit
from .test_split import note_test_read

__all__ = [
    "Candidate",
    "CandidateSummary",
    "Measured",
    "evidence_of",
    "get_candidate",
    "list_candidates",
    "measure",
    "note_test_read",
    "submit",
]
