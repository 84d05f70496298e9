"""Released prompts in use: loaded and verified by a service, followed as they change, served over HTTP."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
