from .datasets import add_examples, current_dataset, examples_of
from .releases import Release, current_release, list_releases
from .starter import load_starter
from .targets import add_target, get_target, list_targets
from .tasks import add_task, get_task, list_tasks

__all__ = [
    "Release",
    "add_examples",
    "add_target",
    "add_task",
    "current_dataset",
    "current_release",
    "examples_of",
    "get_target",
    "get_task",
    "list_releases",
    "list_targets",
    "list_tasks",
    "load_starter",
]
