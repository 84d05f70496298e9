"""The search benchmark: strategies replayed on recorded and synthetic worlds, offline and repeatably."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
