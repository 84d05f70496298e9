"""How a library is curated: read disagreements, lint, try and mine drafts, weigh snippets."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
