"""The only way to a prompt: base and vetted snippets to text to messages; and what differs between two."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
