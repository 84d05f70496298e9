"""Every task on every target: what its prompt comes to there, what that costs, and the same prompt on several."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
