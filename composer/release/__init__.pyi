from .history import current_prompts, replacement
from .pack import export_release, write_pack
from .publish import release_candidate, roll_back
from .verification import faults, faults_in

__all__ = [
    "current_prompts",
    "export_release",
    "faults",
    "faults_in",
    "release_candidate",
    "replacement",
    "roll_back",
    "write_pack",
]
