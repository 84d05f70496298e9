from .changes import SnippetChange, snippet_changes
from .composition import Composition, UnvettedText
from .curator_rules import rules_of
from .messages import render
from .vocabulary import Vocabulary

__all__ = [
    "Composition",
    "SnippetChange",
    "UnvettedText",
    "Vocabulary",
    "render",
    "rules_of",
    "snippet_changes",
]
