"""What a fault touches and how long partitions stood still: the judgements, without a cluster."""

import pytest
from rich.console import Console

from tests.chaos.fault_figures import Figures, Round
from tests.chaos.journal import Entry, Journal
from tests.chaos.positions import Position, Positions
from tests.chaos.stall_watch import StallWatch
from tests.chaos.stalls import RoundStalls, Stall, find_worst
from tests.chaos.touched import (
    EVERY,
    GROUPS,
    OWN,
    TRANSACTIONS,
    java_hash,
    needed_by,
    touched_by_nodes,
)
from tests.chaos.worker_kinds import CONVERSATION, PARTITIONS

TOPIC = CONVERSATION.consumes[0]


def leaders(prefix: str = "") -> dict[tuple[str, int], int]:
    """Node 1 leads everything of partition 0, node 2 of 1, node 3 the rest and what all need."""
    found = {
        (f"{prefix}{topic}", number): min(number + 1, 3)
        for topic in OWN
        for number in range(PARTITIONS)
    }
    found |= {(f"{prefix}capacity-changes", number): 3 for number in range(PARTITIONS)}
    found |= {(topic, number): 3 for topic in (GROUPS, TRANSACTIONS) for number in range(4)}
    return found


def test_javas_hash() -> None:
    # As `"conversation-0".hashCode() & 0x7fffffff` of Java.
    assert java_hash("") == 0
    assert java_hash("ab") == 31 * 97 + 98
    assert java_hash("z" * 20) >= 0
    assert java_hash("conversation") == 740154499


def test_a_node_touches_what_it_leads() -> None:
    assert touched_by_nodes([1], "", leaders()) == {0}
    assert touched_by_nodes([1, 2], "p.", leaders("p.")) == {0, 1}
    assert touched_by_nodes([4], "", leaders()) == frozenset()


@pytest.mark.parametrize("topic", OWN)
def test_any_topic_of_its_own_is_enough(topic: str) -> None:
    assert touched_by_nodes([1], "", leaders() | {(topic, 2): 1}) == {0, 2}


def test_what_all_need_touches_all() -> None:
    assert touched_by_nodes([3], "", leaders()) == EVERY
    group = java_hash(CONVERSATION.name) % 4
    assert touched_by_nodes([1], "", leaders() | {(GROUPS, group): 1}) == EVERY
    assert touched_by_nodes([1], "", leaders() | {(GROUPS, (group + 1) % 4): 1}) == {0}
    assert touched_by_nodes([1], "", leaders() | {("capacity-changes", 2): 1}) == EVERY


def test_a_coordinator_touches_its_transactions_alone() -> None:
    number = 2
    place = (TRANSACTIONS, java_hash(f"{CONVERSATION.name}-{number}") % 4)
    counts = {"capacity-changes": PARTITIONS, GROUPS: 4, TRANSACTIONS: 4}
    sharing = {each for each in range(PARTITIONS) if place in needed_by(each, "", counts)}
    assert number in sharing
    assert touched_by_nodes([1], "", leaders() | {place: 1}) == {0} | sharing


def test_stalls_are_those_of_the_round() -> None:
    journal = Journal(CONVERSATION.consumes, PARTITIONS)
    positions = Positions("", "", CONVERSATION)
    # Before the round a stall of 50 s and a wait of 40 s, which are none of its.
    for number in range(PARTITIONS):
        entry = Entry(0, "t", "i", None, 1_000)
        journal.entries[TOPIC, number] += [entry, entry._replace(append_ms=60_000)]
        journal.waits[number].append(40.0)
        positions.reached[number] += [
            Position(500, None, {TOPIC: 0}),
            Position(51_000, None, {TOPIC: 1}),
        ]
    watch = StallWatch(positions, journal)
    for number, after_ms in enumerate((60_100, 63_000, 61_000, 70_000)):
        positions.reached[number].append(Position(after_ms, None, {TOPIC: 2}))
        journal.waits[number].append(0.5 * number)
    watch.touch("leader kill -9", [1])
    watch.touch("leader kill -9", [3])
    watch.touch("Redis hangs", [])
    found = watch.conclude()
    assert [each.stall_s for each in found.stalls] == [0.1, 3.0, 1.0, 10.0]
    assert found.touched_by("leader kill -9") == [Stall(3.0, 0.5), Stall(10.0, 1.5)]
    assert found.touched_by("Redis hangs") == found.touched_by("nobody") == []
    assert found.untouched == [Stall(0.1, 0.0), Stall(1.0, 1.0)]
    worst = find_worst(found.untouched)
    assert worst is not None
    # No partition stood still for longer than its own inputs waited, but one.
    assert worst.stall_s == worst.acknowledged_s == 1.0
    assert worst.beyond_s == pytest.approx(0.1)
    assert find_worst([]) is None


def a_round(number: int, kinds: list[str], stalls: RoundStalls) -> Round:
    return Round(number, kinds, {"inputs": 10}, 0, 1.5, stalls, 20.0, [])


def test_the_table_tells_touched_from_untouched() -> None:
    first = RoundStalls([Stall(9.0, 8.5), Stall(1.25, 0.5)], {"kill": frozenset({0})})
    second = RoundStalls(
        [Stall(3.0, 0.0), Stall(4.0, 0.0)], {"kill": frozenset({0}), "all": frozenset({0, 1})}
    )
    figures = Figures(1, 300.0)
    figures.rounds += [a_round(1, ["kill"], first), a_round(2, ["all", "kill"], second)]
    assert "touched 9.0 s (inputs waited 8.5 s), untouched 1.2 s" in figures.rounds[0].describe()
    assert "untouched" not in figures.rounds[1].describe()
    with (console := Console(width=150)).capture() as printed:
        figures.print_on(console)
    rows = {
        line.split()[0]: line.split()[1:] for line in printed.get().splitlines() if line.strip()
    }
    kill = "2 1.5 s 1.5 s 9.0 s 8.5 s 1.2 s 0.5 s 0.8 s"
    assert " ".join(rows["kill"]) == kill
    assert " ".join(rows["all"]) == "1 1.5 s 1.5 s 4.0 s 0.0 s – – –"
    assert figures.summarise()["untouched_beyond_s"] == pytest.approx(0.8, abs=0.06)
