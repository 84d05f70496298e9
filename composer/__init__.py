"""Selects and orders vetted instructions, and measures whether that makes a prompt better."""

import os

import lazy_loader

# DSPy and LiteLLM otherwise fetch a price list from the internet on first use. It has to be set before
# either is imported, and every module that imports DSPy lies in this package.
os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "true")

# `load` is a function, and there is no module of that name: `from composer import load`, or `composer.load(…)`.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
