from .history import current_prompts, replacement
from .pack import export_release, faults, write_pack
from .publish import release_candidate, roll_back

__all__ = [
    "current_prompts",
    "export_release",
    "faults",
    "release_candidate",
    "replacement",
    "roll_back",
    "write_pack",
]
