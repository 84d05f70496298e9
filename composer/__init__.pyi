from .runtime.following import Followed, follow
from .runtime.loading import load
from .runtime.prompt import Refused, ReleasedPrompt

__all__ = ["Followed", "Refused", "ReleasedPrompt", "follow", "load"]
