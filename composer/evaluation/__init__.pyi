from .caveats import find_caveats, minimum_detectable_difference
from .comparison import Side, compare
from .gates import check_gates
from .intervals import Interval, score_interval
from .metrics import Scored, score
from .outcomes import Comparison, Difference, Gate, Row, Slice
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
    "Slice",
    "check_gates",
    "compare",
    "find_caveats",
    "minimum_detectable_difference",
    "parse",
    "score",
    "score_interval",
]
