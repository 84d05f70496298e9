from .dead_weight import Weighed, weigh
from .lineage import Lineage, lineages
from .worth import LibraryWorth, Worth, library_worth

__all__ = ["LibraryWorth", "Lineage", "Weighed", "Worth", "library_worth", "lineages", "weigh"]
