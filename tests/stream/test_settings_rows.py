"""Settings rows that no remembered conversation has are deleted, with the batch that forgets it."""

import json
from collections.abc import Iterator
from typing import Any

from omnistate.cli.configuration_file import build_directory
from omnistate.core.conversation.row import decode_conversation
from omnistate.core.directory import Directory
from omnistate.stream.conversation.processor import ConversationProcessor
from omnistate.stream.partition_task import PartitionTask
from omnistate.stream.ports import Record
from omnistate.stream.position import POSITION_KEY, Position, encode_position
from omnistate_schemas.configuration import ContactCentre

from tests.harness.events import make_event
from tests.harness.records import YEARS_MS, day_records, plain
from tests.stream.faulty_log import World
from tests.stream.runs import committed, drain, live, restored

RETENTION_S = 60
POSITIONS_TOPIC = "conversation-positions-changelog"
SETTINGS = "conversation-settings-changelog"
CONVERSATIONS = "conversation-conversations-changelog"


def centre(**workstreams: int) -> Directory:
    """Workstreams that differ in their offer's seconds."""
    return build_directory(
        ContactCentre.model_validate(
            {
                "workstreams": {
                    id_: {
                        "channel": "live_chat",
                        "offer_timeout": seconds,
                        "closed_retention": RETENTION_S,
                    }
                    for id_, seconds in workstreams.items()
                }
            }
        )
    )


def chat(id_: str, workstream: str, at_s: int) -> list[Record]:
    """A chat that begins, and that the customer leaves a second later."""
    started = {"channel": "live_chat", "workstream_id": workstream}
    events: list[tuple[int, str, dict[str, Any]]] = [
        (at_s, "conversation.started", started),
        (at_s + 1, "customer.ended", {}),
    ]
    return [
        Record(
            "channel-events",
            0,
            0,
            second * 1_000,
            id_.encode(),
            json.dumps(make_event(type_, id_, f"{second}", data)).encode(),
        )
        for second, type_, data in events
    ]


async def step(task: PartitionTask[ConversationProcessor], world: World, *more: Record) -> None:
    world.append(more)
    await drain(task)


def keys(world: World) -> list[tuple[bytes | None, bool]]:
    """The settings rows as they were written: key, and whether it is a tombstone."""
    return [(each.key, each.value is None) for each in world.log.read(SETTINGS, 0, 0)]


async def test_settings_go_with_the_last_conversation_that_has_them() -> None:
    directory = centre(one=30, two=40)
    key = {id_: own[0] for id_, own in directory.workstreams.items()}
    world = World([*chat("a", "one", 0), *chat("b", "one", 30), *chat("c", "two", 40)])
    task = world.task(directory)
    await task.start()
    await drain(task)
    assert keys(world) == [(key["one"], False), (key["two"], False)]
    # The first one is forgotten; another one still has its settings.
    await step(task, world, *chat("d", "two", 70))
    assert "a" not in task.processor.tables.conversations
    assert keys(world)[2:] == []
    # So is the second one.
    before = len(world.log.read(CONVERSATIONS, 0, 0))
    await step(task, world, *chat("e", "two", 95))
    assert keys(world)[2:] == [(key["one"], True)]
    assert set(task.processor.tables.settings) == {key["two"]}
    gone = [each.key for each in world.log.read(CONVERSATIONS, 0, 0)[before:] if not each.value]
    assert gone == [b"b"]
    assert task.processor.rows["settings"] == 1
    assert task.processor.position is not None
    assert (task.processor.position.rows or {})["settings"] == 1
    # A later one brings them back, and whoever takes over finds all of it.
    await step(task, world, *chat("f", "one", 96))
    assert keys(world)[3:] == [(key["one"], False)]
    world.compact()
    assert await restored(world, directory) == plain(task.processor.tables)


async def test_who_comes_with_the_batch_that_forgets_keeps_the_settings() -> None:
    directory = centre(one=30)
    world = World(chat("a", "one", 0))
    task = world.task(directory)
    await task.start()
    await drain(task)
    await step(task, world, *chat("b", "one", RETENTION_S + 10))
    assert list(task.processor.tables.conversations) == ["b"]
    assert len(keys(world)) == 1
    # The same id, with other settings, in the batch that forgets it.
    other = centre(one=45)
    task = world.task(other)
    await task.start()
    await step(task, world, *chat("b", "one", 2 * RETENTION_S + 30))
    assert [key for key, gone in keys(world) if not gone] == [
        directory.workstreams["one"][0],
        other.workstreams["one"][0],
    ]
    assert set(task.processor.tables.settings) == {other.workstreams["one"][0]}


async def test_whoever_comes_and_goes_within_a_batch_leaves_no_settings() -> None:
    directory = centre(one=30)
    world = World([*chat("a", "one", 0), *chat("b", "one", RETENTION_S + 10)])
    task = world.task(directory)
    await task.start()
    await drain(task, 3)
    world.now_ms += YEARS_MS
    await task.fire_timers(world.now_ms)
    assert plain(task.processor.tables)["settings"] == {}
    assert plain(task.processor.tables)["conversations"] == {}
    assert await restored(world, directory) == plain(task.processor.tables)


async def test_what_nobody_has_is_deleted_by_whoever_takes_over() -> None:
    directory = centre(one=30, two=40)
    world = World(chat("a", "one", 0))
    await live(world, directory)
    # As a worker left it that deleted none.
    key, row, _ = directory.workstreams["two"]
    world.log.append(SETTINGS, key, row, (), 0)
    position = Position(world.now_ms, {"channel-events": 2, "agent-actions": 0})
    world.log.append(POSITIONS_TOPIC, POSITION_KEY, encode_position(position), (), 0)
    task = world.task(directory)
    await task.start()
    assert keys(world)[-1] == (key, True)
    assert set((await committed(world))["settings"]) == {directory.workstreams["one"][0]}
    assert set(task.processor.tables.settings) == {directory.workstreams["one"][0]}


class Uncopied(dict[bytes, Any]):
    """Settings that may be looked up, and not gone through."""

    def __iter__(self) -> Iterator[bytes]:
        raise AssertionError("all settings are gone through")

    def keys(self) -> Any:
        raise AssertionError("all settings are copied")


async def test_no_batch_goes_through_all_settings() -> None:
    directory = centre(one=30)
    world = World(chat("a", "one", 0))
    task = world.task(directory)
    await task.start()
    await drain(task)
    task.processor.tables.settings = Uncopied(task.processor.tables.settings)
    await step(task, world, *chat("b", "one", RETENTION_S + 10))
    assert list(task.processor.tables.conversations) == ["b"]


async def test_at_the_end_of_any_day_there_are_the_settings_of_those_who_are_left() -> None:
    for seed in range(12):
        records, directory = day_records(seed)
        for batch in (3, 1_000):
            world = World(records)
            task = world.task(directory)
            await task.start()
            await drain(task, batch)
            world.now_ms += YEARS_MS
            await task.fire_timers(world.now_ms)
            tables = task.processor.tables
            used = {decode_conversation(row).settings_key for row in tables.conversations.values()}
            assert set(tables.settings) == used, f"seed {seed}"
