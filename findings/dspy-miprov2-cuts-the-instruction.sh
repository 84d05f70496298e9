#!/usr/bin/env bash
# Package: dspy 3.4.1 (MIPROv2 and the GroundedProposer that it asks).
# Expected: an instruction that the prompt model proposes is tried, and returned, as it was proposed.
# Seen: up to five words before a colon at its start are cut off, and then, at a second place, the same again: of
#   "Rate each review: first decide: is it praise?" the words "is it praise?" are left. Double quotes at its ends go
#   too, so `Answer "good" or "bad"` loses its last one. Nothing says so: the cut text is what is measured and what
#   the program returned holds.
# For users: a proposal that begins by naming the task ("Classify the sentence: …") is tried without the task. Read
#   what a program returned by MIPROv2 says before using it; strip_prefix in dspy/propose/utils.py does it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check 'dspy[optuna]==3.4.1'
"$work/venv/bin/python" - <<'PYTHON'
import logging

import dspy
from dspy.lm15 import Message, Response, TextPart, Usage

PROPOSED = 'Rate each review: first decide: is it praise? Answer "good" or "bad"'
CUT = 'is it praise? Answer "good" or "bad'


class Scripted:
    """Proposes one instruction, and answers well wherever something of it is in the prompt."""

    def complete(self, request):
        user = request.messages[-1].text
        system = request.system if isinstance(request.system, str) else "".join(p.text for p in request.system or ())
        field = next(f for f in ("proposed_instruction", "observations", "summary", "label") if f"`[[ ## {f} ##" in user)
        label = "good" if "praise" in system else "bad"
        said = {"proposed_instruction": PROPOSED, "label": label}.get(field, "short reviews")
        text = f"[[ ## {field} ## ]]\n{said}\n\n[[ ## completed ## ]]"
        message = Message.assistant([TextPart(text)])
        return Response(id=None, model="m", message=message, finish_reason="stop", usage=Usage())


logging.getLogger("dspy").setLevel(logging.ERROR)
lm = dspy.LM("scripted/model", engine=Scripted(), cache=False)
dspy.configure(lm=lm)
rows = [dspy.Example(review=f"Fine {n}.", label="good").with_inputs("review") for n in range(4)]
optimizer = dspy.MIPROv2(
    metric=lambda gold, prediction, trace=None: gold.label == prediction.label,
    auto=None, num_candidates=2, max_bootstrapped_demos=0, max_labeled_demos=0, num_threads=1, verbose=False,
)
best = optimizer.compile(dspy.Predict("review -> label"), trainset=rows, valset=rows, num_trials=3, minibatch=False)
print(repr(best.signature.instructions))
assert best.signature.instructions == CUT, best.signature.instructions
PYTHON
echo "as described"
