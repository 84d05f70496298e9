"""A released prompt in the formats of other tools, each proved by loading it back."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
