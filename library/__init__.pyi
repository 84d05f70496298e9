from .database import Database, open_database
from .errors import Refused
from .people import require
from .roles import Person, Role
from .snippets import vetted
from .versions import SnippetVersion

__all__ = [
    "Database",
    "Person",
    "Refused",
    "Role",
    "SnippetVersion",
    "open_database",
    "require",
    "vetted",
]
