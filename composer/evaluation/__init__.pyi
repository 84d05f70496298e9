from .caveats import find_caveats, minimum_detectable_difference
from .comparison import Comparison, Side, compare
from .gates import Gate
from .intervals import Interval, score_interval
from .metrics import Scored, score
from .outcomes import Difference, Row
from .parsing import Parsed, parse

__all__ = [
    "Comparison",
    "Difference",
    "Gate",
    "Interval",
    "Parsed",
    "Row",
    "Scored",
    "Side",
    "compare",
    "find_caveats",
    "minimum_detectable_difference",
    "parse",
    "score",
    "score_interval",
]
