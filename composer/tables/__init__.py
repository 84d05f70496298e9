"""The composer's tables, each made only in a process that uses it: classes of many columns take long to make."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
