"""What a partition goes on with where rows are lost: nothing leaks, and nothing is silent."""

import json
from typing import Any

import pytest
from omnistate.core.conversation.counter_row import decode_counter
from omnistate.core.directory import Directory
from omnistate.stream.conversation.lost_rows import Mended, PublishedHolds, mend_tables
from omnistate.stream.conversation.replay import Replay
from omnistate.stream.conversation.tables import Tables
from omnistate_schemas.configuration import Workstream
from omnistate_schemas.outputs import CapacityReleased

from tests.harness.events import make_event

UNITS = 30


def configured(units: int = UNITS) -> Directory:
    return Directory({"chat": Workstream(channel="live_chat", units=units)})


def has_it(subject: str) -> list[dict[str, Any]]:
    """A chat that ana has."""
    said = [
        ("conversation.started", {"channel": "live_chat", "workstream_id": "chat"}),
        ("router.assign", {"representative_id": "ana"}),
        ("representative.accept", {"representative_id": "ana"}),
    ]
    return [
        make_event(type_, subject, f"{subject}-{number}", data, time="2026-03-02T09:00:00Z")
        for number, (type_, data) in enumerate(said)
    ]


class Partition:
    """Two chats that ana has, and what was published of them."""

    def __init__(self) -> None:
        replay = Replay(configured())
        events = [*has_it("one"), *has_it("two")]
        self.changes = [
            json.dumps(told["value"]).encode()
            for told in map(json.loads, replay.feed(json.dumps(each).encode() for each in events))
            if told["topic"] == "capacity-changes"
        ]
        self.tables: Tables = replay.tables

    def mend(self, directory: Directory | None = None, *, known: int = 2) -> Mended:
        """After the first `known` changes of capacity, the others being too old."""
        published = PublishedHolds(0)
        for value in self.changes[len(self.changes) - known :]:
            published.take(value)
        found = mend_tables(self.tables, 0, ["one", "two"], published, directory or configured())
        self.tables.merge(found.writes)
        return found

    @property
    def counter(self) -> tuple[int, int]:
        """Ana's sequence and units."""
        counter = decode_counter(self.tables.counters["ana"])
        return counter.sequence, counter.units


def test_whole_tables_are_left_alone() -> None:
    partition = Partition()
    assert partition.counter == (2, 2 * UNITS)
    assert partition.mend() == Mended([], [], [], [])


def test_who_has_no_row_is_forgotten_and_what_they_held_is_given_back() -> None:
    partition = Partition()
    del partition.tables.conversations["two"]
    found = partition.mend()
    assert partition.counter == (3, UNITS)
    (state,) = found.states
    assert (state.topic, state.key, state.value) == ("conversation-states", b"two", None)
    (output,) = found.outputs
    event = CapacityReleased.model_validate_json(output.value or b"")
    assert (event.data.conversation_id, event.data.rule) == ("two", "lost")
    assert event.data.cause.type == "tables.accept"
    assert (event.data.partition_sequence, event.data.partition_units) == (3, UNITS)
    held = json.loads(partition.changes[1])
    assert event.data.hold_id == held["data"]["hold_id"]
    assert len(found.sentences) == 2
    assert all("two" in each for each in found.sentences)


def test_counters_are_what_is_held_and_go_on_from_what_was_published() -> None:
    partition = Partition()
    partition.tables.counters.clear()
    found = partition.mend()
    assert partition.counter == (2, 2 * UNITS)
    assert not found.outputs
    assert not found.sentences


def test_what_was_held_too_long_ago_is_said() -> None:
    partition = Partition()
    del partition.tables.conversations["one"]
    # Its hold is not on the topic any more.
    found = partition.mend(known=1)
    assert not found.outputs
    assert partition.counter == (2, UNITS)
    assert any("ana: 60 units were counted and 30 are held" in each for each in found.sentences)


def test_settings_are_those_of_today() -> None:
    partition = Partition()
    (former,) = partition.tables.settings.values()
    partition.tables.settings.clear()
    assert not partition.mend().sentences
    assert list(partition.tables.settings.values()) == [former]

    partition.tables.settings.clear()
    found = partition.mend(configured(units=50))
    assert len(found.sentences) == 1
    (now,) = partition.tables.settings.values()
    assert now.units == 50
    partition.tables.settings.clear()
    found = partition.mend(Directory())
    assert "those by default today" in found.sentences[0]


@pytest.mark.parametrize("value", [None, b"", b"\xff", b"{}", b'{"type":"x","data":{}}'])
def test_what_is_no_change_of_capacity_is_nothing(value: bytes | None) -> None:
    published = PublishedHolds(0)
    published.take(value)
    assert not published.open
    assert not published.counters


def test_other_partitions_holds_are_not_ours() -> None:
    published = PublishedHolds(1)
    for value in Partition().changes:
        published.take(value)
    assert not published.open
