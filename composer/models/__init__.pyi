from .answer import Answer
from .catalogue import Model, find_model
from .client import Outage, ask
from .connection import connect, language_model, release
from .target import Target, load_target

__all__ = [
    "Answer",
    "Model",
    "Outage",
    "Target",
    "ask",
    "connect",
    "find_model",
    "language_model",
    "load_target",
    "release",
]
