from .askable import Askable
from .changes import BaseChange, SnippetChange, prompt_changes, snippet_changes
from .composition import Composition, UnvettedText
from .curator_rules import rules_of
from .messages import render
from .rewrite import Rewrite
from .trial import Trial
from .vocabulary import Vocabulary

__all__ = [
    "Askable",
    "BaseChange",
    "Composition",
    "Rewrite",
    "SnippetChange",
    "Trial",
    "UnvettedText",
    "Vocabulary",
    "prompt_changes",
    "render",
    "rules_of",
    "snippet_changes",
]
