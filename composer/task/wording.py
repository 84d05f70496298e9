"""What a task asks for, in words: output, snippets, data and policy, the same in the terminal and on its page."""

from __future__ import annotations

from composer.task.task import SPLITS, Task


def output_in_words(task: Task) -> str:
    """Return what an answer holds, in which form, and by which metric it is measured."""
    output = task.output
    values = f"{output.low} to {output.high}" if output.kind == "ordinal" else ", ".join(output.labels)
    return f"{output.field}: {values}, as {output.format}; measured by {task.metric}"


def snippets_in_words(task: Task) -> str:
    """Return which snippets a prompt may hold, and how many."""
    use = task.snippets
    tokens = f" and about {use.max_tokens} tokens" if use.max_tokens is not None else ""
    kept = "; those of the prompt in use stay" if task.policy.keep_incumbent else ""
    return f"at most {use.max}{tokens}, tagged {', '.join(use.tags) or 'anything'}{kept}"


def data_in_words(task: Task) -> str:
    """Return where the labelled data come from, and how they are shared out."""
    shares = ", ".join(f"{name} {share:.0%}" for name, share in zip(SPLITS, task.data.splits.shares, strict=True))
    return f"{task.data.source}; {shares}"


def policy_in_words(task: Task) -> str:
    """Return what a candidate needs before it may be released."""
    terms = task.terms
    who = f" by others than its {' and '.join(terms.exclude)}" if terms.exclude else ""
    resolved = "; every regression resolved" if terms.every_regression else ""
    newer = f"newer versions of snippets: {task.policy.newer_version}"
    watched = f"; prompts in use: {drift_in_words(task)}" if task.policy.drift else ""
    return f"risk {task.risk}; approvals {terms.approvals}{who}{resolved}; {newer}; gates: {_gates(task)}{watched}"


def drift_in_words(task: Task) -> str:
    """Return when a prompt in use is below its threshold, and what happens then; empty without a threshold."""
    drift = task.policy.drift
    if drift is None:
        return ""
    found = [] if drift.check == "by hand" else ["scored as labels arrive"]
    if drift.worst is not None:
        found.append(f"below the threshold where {_metric(task)} is worse than {drift.worst:g}")
    if drift.drop is not None:
        found.append(
            f"below the threshold where {_metric(task)} is worse than at the release by over {drift.drop:g}"
        )
    found += [f"then a run of {drift.budget:,} answers"] if drift.budget is not None else []
    return ", ".join(found) or "scored when somebody asks"


def _metric(task: Task) -> str:
    return "NMSE" if task.metric == "nmse" else task.metric


def _gates(task: Task) -> str:
    gates = task.policy.gates
    found = [f"{_metric(task)} improves"]
    found += ["valid rate not worse"] if gates.valid_rate else []
    found += ["no example lost that must not regress"] if gates.must_not_regress else []
    for name in gates.not_worse:
        allowed = gates.tolerance.get(name, 0)
        found.append(f"{name} not worse{f' by more than {allowed:g}' if allowed else ''}")
    if gates.max_worse_share is not None:
        found.append(f"at most {gates.max_worse_share:.0%} of the examples worse")
    if gates.max_extra_tokens is not None:
        found.append(f"at most {gates.max_extra_tokens:,} more prompt tokens")
    for what, limit in (("seconds", gates.max_seconds_growth), ("money", gates.max_cost_growth)):
        if limit is not None:
            found.append(f"at most {limit:.0%} more {what} an answer")
    shown = f" (shown alone: {', '.join(gates.advisory)})" if gates.advisory else ""
    return ", ".join(found) + shown
