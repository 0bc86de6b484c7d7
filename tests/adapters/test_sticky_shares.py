"""Sharing out: complete, balanced, alike for all topics, the same for the same, and few moves."""

from collections.abc import Mapping
from itertools import product
from typing import Any

from aiokafka import TopicPartition
from aiokafka.coordinator.protocol import (
    ConsumerProtocolMemberAssignment,
    ConsumerProtocolMemberMetadata,
)
from hypothesis import given
from hypothesis import strategies as st
from omnistate.adapters.kafka.clients.sticky_assignor import StickyAssignor
from omnistate.adapters.kafka.clients.sticky_shares import Claim, share_out

MEMBERS = st.lists(st.text("abcdefgh", min_size=1, max_size=3), min_size=1, max_size=7, unique=True)
COUNTS = st.integers(0, 30)
SOME_CLAIM = st.builds(Claim, st.integers(0, 4), st.frozensets(st.integers(0, 35), max_size=30))
TOPICS = ("inputs", "actions")


class Topics:
    """What an assignor asks of a cluster."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        count = self._counts.get(topic)
        return None if count is None else set(range(count))


class Group:
    """Members that come and go, each with an assignor of its own; the last one leads."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.cluster = Topics(counts)
        self.members: dict[str, StickyAssignor] = {}

    def rebalance(self, *members: str) -> dict[str, list[TopicPartition]]:
        self.members = {each: self.members.get(each, StickyAssignor()) for each in members}
        told: dict[str, Any] = {
            each: ConsumerProtocolMemberMetadata.decode(assignor.metadata(TOPICS))
            for each, assignor in self.members.items()
        }
        found = {}
        for member, encoded in self.members[members[-1]].assign(self.cluster, told).items():
            given_ = ConsumerProtocolMemberAssignment.decode(encoded)
            self.members[member].on_assignment(given_)
            found[member] = given_.partitions()
        return found


@given(COUNTS, MEMBERS, st.data())
def test_all_of_it_is_shared_out_evenly_and_always_alike(
    count: int, members: list[str], data: st.DataObject
) -> None:
    claims = data.draw(st.dictionaries(st.sampled_from(members), SOME_CLAIM))
    shares = share_out(range(count), members, claims)
    assert set(shares) == set(members)
    assert sorted(number for own in shares.values() for number in own) == list(range(count))
    sizes = [len(own) for own in shares.values()]
    assert max(sizes) - min(sizes) <= 1
    turned = share_out(reversed(range(count)), members[::-1], dict(reversed(claims.items())))
    assert turned == shares


@given(st.integers(0, 5), st.integers(1, 3), st.data())
def test_no_other_even_share_moves_less(count: int, size: int, data: st.DataObject) -> None:
    """Against every way to share out that is balanced."""
    members = [f"m{number}" for number in range(size)]
    owners = data.draw(st.lists(st.sampled_from([None, *members]), min_size=count, max_size=count))
    claims = {
        member: Claim(1, frozenset(n for n, owner in enumerate(owners) if owner == member))
        for member in members
    }

    def moved(taken: tuple[str, ...]) -> int:
        return sum(
            owner is not None and owner != now for owner, now in zip(owners, taken, strict=True)
        )

    def is_even(taken: tuple[str, ...]) -> bool:
        sizes = [taken.count(member) for member in members]
        return max(sizes) - min(sizes) <= 1

    fewest = min(moved(taken) for taken in product(members, repeat=count) if is_even(taken))
    shares = share_out(range(count), members, claims)
    taken = tuple(next(m for m in members if n in shares[m]) for n in range(count))
    assert moved(taken) == fewest


@given(st.lists(MEMBERS, min_size=1, max_size=6), COUNTS)
def test_members_come_and_go_and_numbers_stay_together(rounds: list[list[str]], count: int) -> None:
    group = Group(dict.fromkeys(TOPICS, count))
    before: dict[str, set[int]] = {}
    for members in rounds:
        found = group.rebalance(*members)
        now: dict[str, set[int]] = {}
        for member, places in found.items():
            numbers = [{p.partition for p in places if p.topic == topic} for topic in TOPICS]
            assert numbers[0] == numbers[1]
            now[member] = numbers[0]
        assert sorted(n for own in now.values() for n in own) == list(range(count))
        least, extra = divmod(count, len(members))
        ranked = sorted((len(before.get(each, ())) for each in members), reverse=True)
        may_keep = sum(min(kept, least + (place < extra)) for place, kept in enumerate(ranked))
        kept = sum(len(own & before.get(member, set())) for member, own in now.items())
        assert kept == may_keep
        before = now


def test_whoever_was_given_it_last_keeps_it() -> None:
    claims = {"late": Claim(3, frozenset({0, 1})), "zombie": Claim(2, frozenset({0, 1, 2}))}
    assert share_out(range(4), ["late", "zombie"], claims) == {"late": [0, 1], "zombie": [2, 3]}


def test_topics_of_different_size_stay_together_as_far_as_they_go() -> None:
    found = Group({"inputs": 5, "actions": 3}).rebalance("a", "b")
    for number in range(3):
        assert sum({("inputs", number), ("actions", number)} <= set(own) for own in found.values())
    assert sum(map(len, found.values())) == 8


def test_a_topic_goes_only_to_those_who_read_it() -> None:
    """As while one release that reads one topic more takes the place of another."""
    group = Topics({"inputs": 4, "actions": 4})
    both, one = StickyAssignor(), StickyAssignor()
    told = {
        "both": ConsumerProtocolMemberMetadata.decode(both.metadata(TOPICS)),
        "one": ConsumerProtocolMemberMetadata(0, ["inputs"], b"\xff no data of ours"),
    }
    found = {
        member: ConsumerProtocolMemberAssignment.decode(encoded).partitions()
        for member, encoded in both.assign(group, told).items()
    }
    assert sorted(topic for topic, _ in found["one"]) == ["inputs"] * 2
    assert sorted(topic for topic, _ in found["both"]) == ["actions"] * 4 + ["inputs"] * 2
    one.on_assignment(ConsumerProtocolMemberAssignment(0, [("inputs", [1])], b""))
    told["one"] = ConsumerProtocolMemberMetadata.decode(one.metadata(["inputs"]))
    again = ConsumerProtocolMemberAssignment.decode(both.assign(group, told)["one"]).partitions()
    assert TopicPartition("inputs", 1) in again
