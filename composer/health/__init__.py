"""Whether a home is well: its database, rows, files, models and room, looked at without changing anything."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
