from .places import registry_at
from .pushing import Plan, PromptRegistry, planned, push
from .released import Push, plan_push, push_release

__all__ = [
    "Plan",
    "PromptRegistry",
    "Push",
    "plan_push",
    "planned",
    "push",
    "push_release",
    "registry_at",
]
