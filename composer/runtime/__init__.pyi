from .following import Followed, follow
from .loading import load
from .prompt import ReleasedPrompt
from .source import Source
from .sources import pack_files, source_of

__all__ = [
    "Followed",
    "ReleasedPrompt",
    "Source",
    "follow",
    "load",
    "pack_files",
    "source_of",
]
