"""The assignor of every worker's group: sticky, balanced, and alike for all topics of the group.

Each member says what it was given last, in the data that go along with its subscription; whoever
leads the group shares out by that. A member that says nothing, as one of a former release does,
counts as having nothing. Which topics there are, and what a partition is for, is not known here.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from aiokafka import TopicPartition

from omnistate.adapters.kafka.clients.sticky_shares import NO_CLAIM, Claim, share_out
from omnistate.adapters.kafka.internals.group_protocol import encode_assignment, encode_subscription


class StickyAssignor:
    """One member's; `name` is the protocol's. aiokafka calls the methods."""

    name: Final = "omnistate"

    def __init__(self) -> None:
        """Nothing was given yet."""
        self._claim = NO_CLAIM

    def metadata(self, topics: Iterable[str]) -> bytes:
        """What this member tells the leader: its topics, and what it was given last."""
        return encode_subscription(sorted(topics), _encode(self._claim))

    def on_assignment(self, assignment: Any) -> None:
        """Remember what was given. A leader of a former release counts no epochs."""
        numbers = frozenset(place.partition for place in assignment.partitions())
        self._claim = Claim(_decode(assignment.user_data).epoch, numbers)

    def assign(self, cluster: Any, members: Mapping[str, Any]) -> dict[str, bytes]:
        """Share the partitions out among `members`, whose subscriptions may differ."""
        claims = {member: _decode(told.user_data) for member, told in members.items()}
        epoch = 1 + max(claim.epoch for claim in claims.values())
        readers: defaultdict[str, set[str]] = defaultdict(set)
        for member, told in members.items():
            for topic in told.subscription:
                readers[topic].add(member)
        together: defaultdict[frozenset[str], list[str]] = defaultdict(list)
        for topic in sorted(readers):
            together[frozenset(readers[topic])].append(topic)
        given: dict[str, list[TopicPartition]] = {member: [] for member in members}
        for readers_of_all, topics in together.items():
            there = {topic: cluster.partitions_for_topic(topic) or set() for topic in topics}
            shares = share_out(set().union(*there.values()), readers_of_all, claims)
            for member, numbers in shares.items():
                given[member] += [
                    TopicPartition(topic, number)
                    for topic in topics
                    for number in numbers
                    if number in there[topic]
                ]
        told_by_leader = _encode(Claim(epoch, frozenset()))
        return {member: encode_assignment(own, told_by_leader) for member, own in given.items()}


def _encode(claim: Claim) -> bytes:
    return json.dumps({"epoch": claim.epoch, "numbers": sorted(claim.numbers)}).encode()


def _decode(told: bytes | None) -> Claim:
    """A claim; nothing where it is none of ours."""
    try:
        found = json.loads(told or b"")
        return Claim(int(found["epoch"]), frozenset(map(int, found["numbers"])))
    except (ValueError, TypeError, KeyError):
        return NO_CLAIM
