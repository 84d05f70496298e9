from typing import get_args

import pytest

from composer.review.status import State
from ui.components.state_tag import TONES, state_tag


@pytest.mark.parametrize("state", [*get_args(State), "unreadable"])
def test_every_state_is_named_and_marked_in_the_same_tone_everywhere(state: State) -> None:
    assert state_tag(state) == f'<span class="ic-tag {TONES.get(state, "")}">{state}</span>'
    assert set(TONES) <= {*get_args(State), "unreadable"}
