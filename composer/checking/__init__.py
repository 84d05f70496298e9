"""A released prompt asked anew about rows of its evidence, and whether it still answers as it did: for CI."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
