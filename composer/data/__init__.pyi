from .dataset import Dataset, load_examples
from .examples import Example
from .files import read_records

__all__ = [
    "Dataset",
    "Example",
    "load_examples",
    "read_records",
]
