"""Search strategies over ordered subsets of a library; they know only a `Problem` that scores."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
