from .changes import SnippetChange, snippet_changes
from .composition import Composition, UnvettedText
from .messages import render
from .vocabulary import Vocabulary

__all__ = [
    "Composition",
    "SnippetChange",
    "UnvettedText",
    "Vocabulary",
    "render",
    "snippet_changes",
]
