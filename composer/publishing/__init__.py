"""Released prompts put into the registries that services read from, MLflow's and Langfuse's: a dry run first."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
