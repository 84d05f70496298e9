"""A released prompt over a whole file, and what people would say of all of it where they labelled some rows."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
