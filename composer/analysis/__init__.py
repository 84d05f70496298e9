"""What can be asked about a candidate after its run, and the jobs that pay for it."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
