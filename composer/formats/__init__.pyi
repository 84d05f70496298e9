from .catalogue import FORMATS, chosen
from .format import Format
from .prompt import ExportedPrompt, SealedRow
from .proof import Written, written

__all__ = [
    "FORMATS",
    "ExportedPrompt",
    "Format",
    "SealedRow",
    "Written",
    "chosen",
    "written",
]
