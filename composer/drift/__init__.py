"""Prompts in use, scored again as labels arrive and models change: what drifts, what is marked, what follows."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
