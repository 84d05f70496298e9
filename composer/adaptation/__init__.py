"""A prompt carried from one model to the next: frozen, searched for, and ended in a candidate or a no-go."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
