"""Why a partition does not move, from what is to be seen of it, and an age at any time."""

import pytest
from omnistate.adapters.kafka.lag.group_lag import MEANINGS, Lag, Measurement, keep_installed
from omnistate.adapters.kafka.lag.standstill import Whereabouts, find_reason, is_remade
from omnistate.stream.position import Position
from omnistate.stream.topology import load_topology

TOPOLOGY = load_topology()
AT_WORK = Whereabouts(committed=5, beginning=0, end=9)


@pytest.mark.parametrize(
    ("where", "conversation", "projection", "figures"),
    [
        (AT_WORK, None, None, None),
        (AT_WORK._replace(committed=None, beginning=3), None, None, None),
        (AT_WORK._replace(committed=9), None, None, None),
        (AT_WORK._replace(committed=10), "truncated", "truncated", None),
        (AT_WORK._replace(beginning=5), None, None, None),
        (AT_WORK._replace(beginning=6), "deleted", "deleted", None),
        (AT_WORK._replace(remade=True, committed=10), "made_anew", "made_anew", None),
        # Who keeps no tables counts what cannot be read, and goes on.
        (AT_WORK._replace(unreadable=True), "unreadable", None, None),
        (AT_WORK._replace(unreadable=True, beginning=6), "deleted", "deleted", None),
        (
            AT_WORK._replace(held_up=True),
            "open_transaction",
            "open_transaction",
            "open_transaction",
        ),
    ],
)
def test_the_first_thing_against_it(
    where: Whereabouts, conversation: str | None, projection: str | None, figures: str | None
) -> None:
    said = [find_reason(TOPOLOGY.group(name), where) for name in ("conversation", "projection")]
    assert said == [conversation, projection]
    assert find_reason(TOPOLOGY.group("figures"), where) == figures
    assert set(said) <= {None, *MEANINGS}


def test_a_topic_is_another_one_by_its_id_alone() -> None:
    position = Position(None, {"one": 1, "two": 2}, topic_ids={"one": "a", "two": "b"})
    assert not is_remade(position, "one", {"one": "a", "two": "c"})
    assert is_remade(position, "two", {"one": "a", "two": "c"})
    # Whoever does not know may be the same.
    assert not is_remade(position, "two", {})
    assert not is_remade(None, "two", {"two": "c"})
    assert not is_remade(position._replace(topic_ids=None), "two", {"two": "c"})


def lag(group: str, **members: int | None) -> Lag:
    given = {"committed": 3, "end": 9, "records": 6, "oldest_ms": 1_000, "retention_ms": 10_000}
    return Lag(group, "topic", 0, **{**given, **members})  # type: ignore[arg-type]


def test_an_age_is_of_when_it_is_asked() -> None:
    one = lag("conversation")
    assert [one.seconds(at_ms) for at_ms in (500, 1_000, 3_500)] == [0.0, 0.0, 2.5]
    assert one.retention_ratio(3_500) == 0.25
    assert lag("conversation", retention_ms=None).retention_ratio(3_500) == 0
    assert lag("conversation", oldest_ms=None).seconds(3_500) == 0


def test_a_worker_that_is_not_installed_is_not_behind() -> None:
    new = [lag("figures", committed=None), lag("conversation", committed=None)]
    found = Measurement(new, {"figures": 0, "conversation": 0}, 0)
    assert keep_installed(found, TOPOLOGY.groups) == new[1:]
    joined = found._replace(members={"figures": 1, "conversation": 0})
    assert keep_installed(joined, TOPOLOGY.groups) == new
    at_work = found._replace(lags=[lag("figures"), *new])
    assert keep_installed(at_work, TOPOLOGY.groups) == at_work.lags
