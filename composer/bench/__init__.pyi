from .catalogue import open_world
from .grid import run_grid
from .world import World

__all__ = [
    "World",
    "open_world",
    "run_grid",
]
