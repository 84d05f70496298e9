"""Three questions to a target, and what they show: is it reached, does it take its settings, is it of use.

And a look at what it makes of a prompt, for which the model is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from composer.answers.malformed import Watch
from composer.answers.prompt_made import (
    PromptMade,
    SpelledToken,
    TemplateMade,
    prompt_made,
    spelled_tokens,
    template_made,
)
from composer.data.cautions import spelled_by
from composer.data.examples import Example
from composer.evaluation.parsing import Parsed, parse_answer
from composer.models.answer import Answer
from composer.models.chat_format import ChatFormat, TemplateRefusal, template_hash
from composer.models.system_role import as_sent
from composer.models.target import Target
from composer.prompts.composition import Composition
from composer.prompts.messages import Messages, render
from composer.task.task import Task

GREETING: Messages = [{"role": "user", "content": "Answer with the word yes."}]
"""What a target is asked where no task is named."""
MOST_CHARACTERS = 12
"""Characters of ordinary text that a token stands for at the very most, on average."""


@dataclass(frozen=True)
class TargetCheck:
    """Three answers of a target, the first two to the same question.

    `parsed` are these answers as the task reads them; empty where no task was asked about. `advice` is what to
    change where most are malformed for one cause, empty where they aren't.
    """

    answers: tuple[Answer, ...]
    parsed: tuple[Parsed, ...]
    advice: str = ""

    @property
    def repeatable(self) -> bool:
        """Whether the same question got the same answer twice."""
        return self.answers[0].text == self.answers[1].text

    @property
    def valid(self) -> int:
        """How many of the answers the task can read."""
        return sum(one.valid for one in self.parsed)

    @property
    def seconds(self) -> float:
        """The shortest time to an answer: the first one may have had a model to load."""
        return min(answer.seconds for answer in self.answers)


def check_target(
    ask: Callable[[Messages], Answer],
    target: Target,
    task: Task | None = None,
    examples: Sequence[Example] = (),
) -> TargetCheck:
    """Ask a target about the base prompt of a task on two of its examples, or without a task one plain question.

    Nothing is kept, and each question is really asked. Raises what `ask` raises, such as an outage.
    """
    base = Composition(task.base).text if task else ""
    questions = [render(base, task.message, one.inputs) for one in examples[:2]] if task else []
    first, *others = questions or [GREETING]
    answers = tuple(ask(messages) for messages in (first, first, others[0] if others else first))
    if not task or not questions:
        return TargetCheck(answers, ())
    watch = Watch(task.output, target)
    for answer in answers:
        watch.see(answer)
    return TargetCheck(answers, tuple(parse_answer(task.output, one) for one in answers), watch.in_words())


@dataclass(frozen=True)
class PromptCheck:
    """What a target makes of a prompt: the first question that it is asked.

    `made` and `template` are None where a server doesn't show them, and `refusal` says so where the template
    doesn't take the messages. `template_sha256` is the hash of the chat template, empty where it isn't shown.
    `spelled` are control tokens that the task's data hold, `advice` is what to change.
    """

    made: PromptMade | None
    template: TemplateMade | None
    template_sha256: str
    refusal: str
    spelled: tuple[SpelledToken, ...]
    advice: tuple[str, ...]


def check_prompt(
    shown: ChatFormat | None,
    template: str | None,
    target: Target,
    task: Task | None = None,
    examples: Sequence[Example] = (),
    *,
    counted: int = 0,
) -> PromptCheck:
    """Look at what a target makes of the base prompt of a task on its first dev example, or of a plain question.

    `shown` is what the target shows of how it makes a prompt, `template` its chat template, `examples` are all of
    the task's data; `counted` are the tokens of that prompt by the target's own count, 0 where it gives none.
    Nothing is asked of the model.
    """
    dev = next((one for one in examples if one.split == "dev"), None)
    asked = render(Composition(task.base).text, task.message, dev.inputs) if task and dev else GREETING
    hashed = "" if template is None else template_hash(template)
    if shown is None:
        return PromptCheck(None, None, hashed, "", (), _lost(asked, target, counted))
    made, refusal = None, ""
    try:
        made = prompt_made(shown, as_sent(asked, target.system))
    except TemplateRefusal as words:
        refusal = f"The chat template doesn't take these messages: {words}"
    try:
        known = template_made(shown)
    except TemplateRefusal:
        known = None
    spelled = spelled_tokens(shown, spelled_by(examples))
    return PromptCheck(made, known, hashed, refusal, spelled, _advice(known, target))


def _advice(template: TemplateMade | None, target: Target) -> tuple[str, ...]:
    """Say what to write where a template and a target disagree on the system message."""
    if template is None:
        return ()
    if target.system == "role" and template.system != "own":
        return (_MERGE[template.system],)
    if target.system == "merge" and template.system == "own":
        added = f" Without one its template adds a system text of its own: {template.default!r}."
        return ("The model knows the system role: `system: merge` isn't needed." + added * bool(template.default),)
    return ()


_WRITE = "Write `system: merge` in the target file, and the prompt goes to the start of the user message."
_MERGE = {
    "refused": f"The chat template refuses a system message. {_WRITE}",
    "dropped": f"The chat template leaves a system message out, so the model never sees the prompt. {_WRITE}",
    "merged": "The model knows no system role, and this server hides that; another may refuse the prompt. "
    "`system: merge` in the target file puts it there in the documented way, which the export then shows.",
}


def _lost(asked: Messages, target: Target, counted: int) -> tuple[str, ...]:
    """Say so where a server counts fewer tokens than any tokenizer would make of the system message alone."""
    system = "".join(one["content"] for one in asked if one["role"] == "system")
    if target.system == "merge" or not 0 < counted < len(system) / MOST_CHARACTERS:
        return ()
    return (
        f"The server counts {counted} tokens for a prompt of {len(system)} characters: it seems to leave the "
        f"system message out. {_WRITE}",
    )
