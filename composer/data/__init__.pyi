from .dataset import load_examples
from .examples import Dataset, Example
from .files import read_records

__all__ = [
    "Dataset",
    "Example",
    "load_examples",
    "read_records",
]
