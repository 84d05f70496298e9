"""The log in words, and who is notified of it: wording of entries, webhook endpoints, deliveries."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
