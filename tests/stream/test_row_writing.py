"""Rows are written in the former version until a worker is told to switch, and nothing is lost."""

import json
from pathlib import Path
from typing import Any

import pytest
from omnistate.cli.configuration_file import build_directory
from omnistate.core.row_version import (
    CONVERSATION,
    COUNTER,
    FIRST_WRITTEN,
    ROW_VERSION,
    SETTINGS,
    TOTALS,
    WRITABLE,
    FormerRow,
    NotWritable,
    RowLayout,
)
from omnistate.stream.ports import Record, Write
from omnistate.stream.position import (
    POSITION_KEY,
    POSITIONS,
    Position,
    decode_position,
    encode_position,
)
from omnistate.stream.row_writing import LAYOUTS, version_to_write, write_as
from omnistate.stream.topology import load_topology
from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.registry import INPUTS

from tests.harness.events import make_event
from tests.harness.records import plain
from tests.stream.faulty_log import World
from tests.stream.runs import drain, restored

GOLDEN = {
    version: json.loads(
        (Path(__file__).parent / "golden" / f"rows-{version}.json").read_text(encoding="utf-8")
    )
    for version in (ROW_VERSION - 1, ROW_VERSION)
}
# Those that only had members appended. A conversation of version 3 keeps what no former row can.
BY_NAME = {
    "counter": COUNTER,
    "totals": TOTALS,
    "settings": SETTINGS,
}
# A table whose rows have had one member, then two, then three; the third is a text.
TEXT = RowLayout(
    FormerRow(1, b"\x91", b"\x93\x02", b"\x00"),
    FormerRow(2, b"\x93\x02", b"\x94\x03", b"\xa0"),
)


@pytest.mark.parametrize("name", BY_NAME)
def test_every_row_has_a_way_back(name: str) -> None:
    former, present = (bytes.fromhex(GOLDEN[version][name]) for version in GOLDEN)
    assert BY_NAME[name].upgrade(former) == present
    assert BY_NAME[name].downgrade(present) == former


def test_a_conversation_has_none() -> None:
    """Nobody writes for the workers of edition 1, so nothing asks for it."""
    assert WRITABLE[0] == FIRST_WRITTEN == ROW_VERSION == 3
    for name in ("conversation", "closed"):
        with pytest.raises(NotWritable):
            CONVERSATION.downgrade(bytes.fromhex(GOLDEN[ROW_VERSION][name]))


def test_a_row_comes_from_any_version_to_the_present_one() -> None:
    assert TEXT.upgrade(b"\x91\x07") == b"\x94\x03\x07\x00\xa0"
    assert TEXT.upgrade(b"\x93\x02\x07\x05") == b"\x94\x03\x07\x05\xa0"
    assert TEXT.upgrade(b"\x94\x03\x07\x05\xa1x") == b"\x94\x03\x07\x05\xa1x"


def test_a_row_goes_back_where_what_was_appended_has_its_default() -> None:
    assert TEXT.downgrade(b"\x94\x03\x07\x05\xa0", 2) == b"\x93\x02\x07\x05"


@pytest.mark.parametrize(
    "row",
    [
        b"\x94\x03\x07\x05\xa1x",
        # Ends as the default does, and is a longer text.
        b"\x94\x03\x07\x05\xa2\xc3\xa0",
        # Of another version.
        b"\x93\x02\x07\x05",
    ],
)
def test_what_the_former_version_has_no_member_for_is_not_lost(row: bytes) -> None:
    with pytest.raises(NotWritable):
        TEXT.downgrade(row, 2)


def test_every_table_of_a_partition_has_a_layout() -> None:
    topology = load_topology(None)
    tables = {
        table
        for group in ("conversation", "representative")
        for table in topology.group(group).tables
    }
    assert tables == {*LAYOUTS, POSITIONS}


@pytest.mark.parametrize(
    ("found", "asked", "written"),
    [
        # A fresh installation has nobody to go back to.
        (None, None, ROW_VERSION),
        (None, ROW_VERSION, ROW_VERSION),
        # What is there stays so, and never goes back.
        (ROW_VERSION, None, ROW_VERSION),
        (ROW_VERSION, WRITABLE[0], ROW_VERSION),
        # What nobody may write any more is carried over.
        (1, None, WRITABLE[0]),
        (2, None, WRITABLE[0]),
        (1, ROW_VERSION, ROW_VERSION),
    ],
)
def test_which_version_is_written(found: int | None, asked: int | None, written: int) -> None:
    position = None if found is None else Position(1, {}, {}, found)
    assert version_to_write(position, asked) == written


def test_former_versions_are_never_written() -> None:
    assert FIRST_WRITTEN <= WRITABLE[0] <= WRITABLE[-1] == ROW_VERSION
    former = encode_position(Position(1, {"channel-events": 2}, version=1))
    assert json.loads(former)["version"] == FIRST_WRITTEN


def test_all_writes_of_a_batch_are_carried_over() -> None:
    rows = {
        table: bytes.fromhex(GOLDEN[ROW_VERSION][name])
        for table, name in (
            ("counters", "counter"),
            ("settings", "settings"),
            ("totals", "totals"),
        )
    }
    writes = [Write(table, b"k", row) for table, row in rows.items()]
    gone = Write("conversations", b"gone", None)
    position = Write(POSITIONS, POSITION_KEY, encode_position(Position(7, {"channel-events": 2})))
    assert write_as(ROW_VERSION, [*writes, gone]) == [*writes, gone]
    found = write_as(ROW_VERSION - 1, [*writes, gone, position])
    assert found[-2] == gone
    assert [write.value for write in found[:-2]] == [
        bytes.fromhex(GOLDEN[ROW_VERSION - 1][name]) for name in ("counter", "settings", "totals")
    ]
    assert decode_position(found[-1].value or b"").version == ROW_VERSION
    conversation = Write("conversations", b"k", bytes.fromhex(GOLDEN[ROW_VERSION]["conversation"]))
    with pytest.raises(NotWritable):
        write_as(ROW_VERSION - 1, [*writes, conversation])


CENTRE = build_directory(
    ContactCentre.model_validate(
        {"workstreams": {"chat": {"channel": "live_chat"}}, "representatives": {"ana": {}}}
    )
)


def said(second: int, type_: str, **data: Any) -> Record:
    event = make_event(type_, "c", f"{second}", data)
    topic = INPUTS[type_].topic
    return Record(topic, 0, 0, second * 1_000, b"c", json.dumps(event).encode())


async def test_a_task_writes_the_version_that_is_settled_and_loses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # As if the former version had the same conversations: its counters differ.
    same = RowLayout(FormerRow(ROW_VERSION - 1, b"\xdc\x00\x26", b"\xdc\x00\x26"))
    monkeypatch.setitem(LAYOUTS, "conversations", same)
    began = said(0, "conversation.started", channel="live_chat", workstream_id="chat")
    world = World([began, said(1, "representative.pick", representative_id="ana")])
    task = world.task(CENTRE)
    await task.start()
    assert task.processor.row_version == ROW_VERSION
    task.processor.row_version = ROW_VERSION - 1
    await drain(task)
    kept = plain(task.processor.tables)
    (written,) = world.log.read("conversation-counters-changelog", 0, 0)
    (row,) = kept["counters"].values()
    assert written.value == COUNTER.downgrade(row) != row
    assert await restored(world, CENTRE) == kept


async def test_what_cannot_be_written_stops_the_batch_and_nothing_is_written() -> None:
    began = said(0, "conversation.started", channel="live_chat", workstream_id="chat")
    world = World([began, said(1, "customer.ended")])
    task = world.task(CENTRE)
    await task.start()
    task.processor.row_version = ROW_VERSION - 1
    with pytest.raises(NotWritable):
        await drain(task)
    assert not any(world.outputs().values())
    task.processor.row_version = ROW_VERSION
    await drain(task)
    assert len(world.outputs()["conversation-state-changes"]) == 2
    assert await restored(world, CENTRE) == plain(task.processor.tables)
