import pytest

from kexiang.kernel.errors import Conflict
from kexiang.kernel.lifecycle import Lifecycle, Step

DOOR = Lifecycle(
    "door",
    initial="open",
    steps=[
        Step("close", frozenset({"open"}), "closed", frozenset({"keeper"})),
        Step("lock", frozenset({"closed"}), "locked", frozenset({"keeper", "owner"})),
        Step("open", frozenset({"closed", "locked"}), "open", frozenset({"owner"})),
    ],
)
TARGETS = {
    ("open", "close"): "closed",
    ("closed", "lock"): "locked",
    ("closed", "open"): "open",
    ("locked", "open"): "open",
}


@pytest.mark.parametrize("state", ["open", "closed", "locked"])
@pytest.mark.parametrize("action", ["close", "lock", "open"])
def test_every_state_and_action(state, action):
    if (state, action) in TARGETS:
        assert DOOR.step(state, action).target == TARGETS[state, action]
    else:
        with pytest.raises(Conflict, match="当前状态不能"):
            DOOR.step(state, action)


def test_actions_of_a_state_follow_the_table():
    assert DOOR.actions("closed") == ["lock", "open"]


def test_a_state_and_action_with_two_targets_is_refused():
    with pytest.raises(ValueError, match="two targets"):
        Lifecycle(
            "bad",
            initial="a",
            steps=[
                Step("go", frozenset({"a"}), "b", frozenset({"x"})),
                Step("go", frozenset({"a"}), "c", frozenset({"x"})),
            ],
        )


def test_mermaid_shows_every_arrow():
    assert DOOR.mermaid().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> open",
        "    open --> closed: close (keeper)",
        "    closed --> locked: lock (keeper, owner)",
        "    closed --> open: open (owner)",
        "    locked --> open: open (owner)",
    ]
