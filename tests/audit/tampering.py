"""Ways to tamper with a log, each of which says where it has left its mark."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
from omnistate.audit.findings import Findings, Law
from omnistate.core.conversation.context import Counter
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.counter_row import decode_counter, encode_counter
from omnistate.core.conversation.row import decode_conversation, encode_conversation

from tests.audit.audit_rig import CONVERSATIONS, COUNTERS, Rig

# Topic, partition, offset.
Place = tuple[str, int, int]
Event = dict[str, Any]
# The law that is broken, and how; returns where that must show.
Case = tuple[Law, Callable[[Rig], Place]]


def places(findings: Findings, law: Law) -> set[Place]:
    """Where the law is said to be broken."""
    return {
        (each.topic, each.partition, each.offset) for each in findings.violations if each.law == law
    }


async def check(rig: Rig, case: Case) -> Findings:
    """Break the law, and see it named where it was broken."""
    law, tamper = case
    place = tamper(rig)
    findings = await rig.audit()
    assert place in places(findings, law), (place, findings.violations[:10])
    assert not findings.ok
    return findings


class Spot:
    """A record on a log, to be tampered with."""

    def __init__(self, rig: Rig, topic: str, partition: int, index: int) -> None:
        self.rig = rig
        self.topic = topic
        self.partition = partition
        self.index = index
        self.record = rig.entries(topic, partition)[index].record

    @property
    def place(self) -> Place:
        return self.topic, self.partition, self.record.offset

    @property
    def bytes(self) -> bytes:
        return self.record.value or b""

    @property
    def event(self) -> Event:
        found: Event = json.loads(self.bytes or b"null")
        return found

    def after(self, wanted: Callable[[Event], bool]) -> "Spot":
        """The next record of the partition that is wanted."""
        return next(
            spot
            for spot in spots(self.rig, self.topic)
            if spot.partition == self.partition and spot.index > self.index and wanted(spot.event)
        )

    def drop(self) -> None:
        """As if it had never been written; its offset stays empty."""
        del self.rig.entries(self.topic, self.partition)[self.index]

    def repeat(self) -> Place:
        """Once more, at the end of the partition; where that is."""
        record = self.record
        entry = self.rig.log.append(
            self.topic, record.key, record.value, record.headers, self.partition
        )
        return self.topic, self.partition, entry.record.offset

    def put(self, **members: Any) -> Place:
        """Change members of the record itself."""
        entry = self.rig.entries(self.topic, self.partition)[self.index]
        self.record = entry.record = entry.record._replace(**members)
        return self.place

    def alter(self, change: Callable[[Event], None]) -> Place:
        """Change the event, which stays written as the engine writes it."""
        event = self.event
        before = json.dumps(event)
        change(event)
        assert json.dumps(event) != before
        return self.put(value=msgspec.json.encode(event))

    def swap(self, other: "Spot") -> None:
        """Let two records change places."""
        mine, theirs = self.record, other.record
        places = {"offset", "partition", "topic", "timestamp_ms"}
        for spot, record in ((self, theirs), (other, mine)):
            members = {k: v for k, v in record._asdict().items() if k not in places}
            spot.put(**members)


def spots(rig: Rig, topic: str) -> list[Spot]:
    """Every record of a topic."""
    return [
        Spot(rig, topic, partition, index)
        for partition in range(rig.sizes[topic])
        for index in range(len(rig.entries(topic, partition)))
    ]


def find(rig: Rig, topic: str, wanted: Callable[[Event], bool], number: int = 0) -> Spot:
    """The first record that is wanted, or a later one."""
    found = [spot for spot in spots(rig, topic) if wanted(spot.event)]
    return found[number]


def rows(rig: Rig, topic: str) -> dict[tuple[int, bytes], Spot]:
    """The last row of each key."""
    return {(spot.partition, spot.record.key or b""): spot for spot in spots(rig, topic)}


def last_of(rig: Rig, topic: str, wanted: Callable[[dict[str, Any]], Any]) -> Spot:
    """The last record of a key whose `data` is wanted."""
    return next(
        spot
        for spot in rows(rig, topic).values()
        if spot.record.value is not None and wanted(spot.event["data"])
    )


def alter_row(rig: Rig, change: Callable[[Conversation], bool]) -> Place:
    """Change the first conversation's row that can be changed so: that returns True."""
    for spot in rows(rig, CONVERSATIONS).values():
        if spot.record.value is not None:
            row = decode_conversation(spot.record.value)
            if row.stage != "nothing" and change(row):
                return spot.put(value=encode_conversation(row))
    raise AssertionError("no such row")


def alter_counter(rig: Rig, change: Callable[[Counter], bool]) -> Place:
    """The same for the row of a counter."""
    for spot in rows(rig, COUNTERS).values():
        counter = decode_counter(spot.record.value or b"")
        if change(counter):
            return spot.put(value=encode_counter(counter))
    raise AssertionError("no such counter")


def drop_last_row(rig: Rig, topic: str, *, all_of_it: bool) -> Spot:
    """Drop the last row of a key that has several, or all of them; the dropped one."""
    for (partition, key), last in rows(rig, topic).items():
        mine = [
            spot
            for spot in spots(rig, topic)
            if spot.partition == partition and spot.record.key == key
        ]
        if len(mine) > 2 and last.record.value is not None:
            for spot in reversed(mine if all_of_it else mine[-1:]):
                spot.drop()
            return last
    raise AssertionError("no such row")


def third(event: Event) -> bool:
    return bool(event["data"]["sequence"] == 3)


def set_data(**members: Any) -> Callable[[Event], None]:
    return lambda event: event["data"].update(members)


def set_event(**members: Any) -> Callable[[Event], None]:
    return lambda event: event.update(members)


def altered(
    law: Law, topic: str, wanted: Callable[[Event], bool], change: Callable[[Event], None]
) -> Case:
    return law, lambda rig: find(rig, topic, wanted).alter(change)


def by_input(event: Event) -> bool:
    return "input" in event["data"] and third(event)


def anything(event: Event) -> bool:
    return True


def input_of(spot: Spot) -> Place | None:
    """The input that a change or a refusal names."""
    named = spot.event["data"].get("input")
    return named and (named["topic"], named["partition"], named["offset"])
