"""The composer as a DSPy optimizer that selects and orders, behind a guard that refuses any other text."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
