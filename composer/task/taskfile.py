"""A task as the YAML file that makes it: for people to keep, edit and add again."""

from __future__ import annotations

from typing import Any

from composer.task.task import Task

_WIDTH = 110


def as_yaml(task: Task) -> str:
    """Return a task as YAML that reads back as the same task; what is as by default is left out."""
    import yaml  # only what writes a file pays for it

    class Dumper(yaml.SafeDumper):
        """Writes a text of several lines as a block, and a list on one line."""

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)

    def items(dumper: yaml.SafeDumper, value: list[Any]) -> yaml.SequenceNode:
        return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True)

    Dumper.add_representer(str, text)
    Dumper.add_representer(list, items)
    content = task.model_dump(mode="json", exclude_defaults=True)
    # Written out although it is the default: whoever edits the file looks for it.
    content["output"] = {"field": task.output.field, "kind": task.output.kind, "format": task.output.format} | {
        name: value for name, value in content["output"].items() if name in ("low", "high", "labels")
    }
    return yaml.dump(content, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
