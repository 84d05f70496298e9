"""How sure a statement has to be: the level of every interval and the power of every planned test."""

from __future__ import annotations

CONFIDENCE = 0.95
"""Share of intervals that hold the true value."""

POWER = 0.8
"""Share of tests that find a difference of the size called detectable."""

Z = 1.959963984540054
"""Standard errors from an estimate to an end of its interval: the normal quantile of (1 + `CONFIDENCE`) / 2."""

Z_POWER = 0.8416212335729143
"""The normal quantile of `POWER`."""

TAILS = (0.025, 0.975)
"""The quantiles that bound a share of `CONFIDENCE` in the middle of a distribution."""

WIDTHS_TO_DETECT = (Z + Z_POWER) / (2 * Z)
"""The difference that a test detects, in widths of the interval it gives (normal approximation)."""

# Stored results of searches were computed with two digits; more would change them, and mean nothing.
Z_ROUNDED = round(Z, 2)
"""`Z` as the intervals of a search's findings use it."""

ERRORS_TO_DETECT = round(Z + Z_POWER, 1)
"""The difference that a test detects, in standard errors, as the findings of a search use it."""
