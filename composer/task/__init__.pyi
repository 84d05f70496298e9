from .policy import Policy
from .task import Output, Task, load_task

__all__ = [
    "Output",
    "Policy",
    "Task",
    "load_task",
]
