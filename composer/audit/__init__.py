"""The log replayed against the rows, both ways: what differs, what is gone, and what no entry made."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
