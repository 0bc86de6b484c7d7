"""A topic whose owner has the turn is one partition; and what a group may follow whole."""

import pytest
from omnistate.stream.topology import Topology, load_topology

from tests.stream.declaration import Declaration, group, packaged, topic


def two_turns(d: Declaration) -> None:
    topic(d, "router-turn")["partitions"] = 2


def turn_with_messages(d: Declaration) -> None:
    topic(d, "agent-actions")["messages"].remove("bot.end")
    topic(d, "router-turn")["messages"] = ["bot.end"]


def turn_that_keeps(d: Declaration) -> None:
    topic(d, "router-turn")["config"]["cleanup.policy"] = "compact"


def followed_turn(d: Declaration) -> None:
    group(d, "figures")["follows"].append("router-turn")


def followed_input(d: Declaration) -> None:
    group(d, "router")["follows"].append("channel-events")


@pytest.mark.parametrize(
    ("breakage", "message"),
    [
        (two_turns, "topic router-turn: a turn is one partition without messages"),
        (turn_with_messages, "topic router-turn: a turn is one partition without messages"),
        (turn_that_keeps, "topic router-turn: turn needs cleanup.policy: delete"),
        (followed_turn, "group figures: follows router-turn, which is no configuration topic"),
        (followed_input, "group router: follows channel-events, which is no configuration"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_what_breaks_it_is_refused(breakage: object, message: str) -> None:
    declaration = packaged()
    assert callable(breakage)
    breakage(declaration)
    with pytest.raises(ValueError, match=message):
        Topology.model_validate(declaration)


def test_routers_share_one_turn_and_read_the_rest_whole() -> None:
    topology = load_topology()
    router = topology.group("router")
    assert router.consumes == ("router-turn",)
    assert topology.topic("router-turn").partitions == 1
    assert {topology.topic(name).kind for name in router.follows} == {
        "configuration",
        "table",
        "output",
    }
    assert set(router.produces) == {"assignment-requests", "agent-actions"}
    # Nothing of it is kept, so there is nothing to fence.
    assert not router.tables
