"""Rows of every version that may lie in a changelog are read, and newer ones are refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from omnistate.core.conversation.counter_row import decode_counter, encode_counter
from omnistate.core.conversation.row import (
    decode_conversation,
    encode_conversation,
    upgrade_conversation,
)
from omnistate.core.conversation.row_header import read_header
from omnistate.core.representative.totals import decode_totals, encode_totals
from omnistate.core.row_version import ROW_VERSION, NewerVersion
from omnistate.core.settings import decode_settings, digest_settings, encode_settings
from omnistate.projections.figures.counting_rows import (
    decode_counts,
    decode_memory,
    encode_counts,
    encode_memory,
)
from omnistate.stream.conversation.tables import Tables
from omnistate.stream.ports import Write
from omnistate.stream.position import Position, decode_position, encode_position, find_loss

from tests.harness.members import members_of

# Written by the release of that version; never written again.
GOLDEN: dict[int, dict[str, str]] = {
    int(path.stem.partition("-")[2]): json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent / "golden").glob("rows-*.json"))
}


def row(version: int, name: str) -> bytes:
    return bytes.fromhex(GOLDEN[version][name])


def plain(value: Any) -> Any:
    found = members_of(value)
    for name in ("holds", "offers"):
        if name in found:
            found[name] = [members_of(each) for each in found[name]]
    return found


def test_there_are_golden_rows_of_every_version() -> None:
    assert list(GOLDEN) == list(range(1, ROW_VERSION + 1))
    assert len({tuple(rows) for rows in GOLDEN.values()}) == 1


@pytest.mark.parametrize("version", GOLDEN)
def test_a_conversation_is_read(version: int) -> None:
    found = decode_conversation(row(version, "conversation"))
    assert (found.stage, found.sequence, found.representative_id) == ("in_conversation", 7, "ana")
    assert found.deadlines["auto_close"] == 1772442000000
    assert [hold.role for hold in found.holds] == ["primary", "daily"]
    assert found.fingerprints == bytes(range(24))
    assert plain(decode_conversation(encode_conversation(found))) == plain(found)
    assert upgrade_conversation(row(version, "conversation")) == encode_conversation(found)
    assert found.occurred_ms == found.started_ms == found.stage_since_ms == 1772440000000


@pytest.mark.parametrize("version", GOLDEN)
def test_a_closed_conversation_is_read_and_kept_as_a_stub(version: int) -> None:
    found = decode_conversation(row(version, "closed"))
    assert (found.stage, found.origin, found.stage_since_ms) == ("closed", "2-17", 1772440000000)
    assert (found.sequence, found.queue_id, found.representative_id) == (11, "second", "ana")
    assert [(hold.number, hold.until_ms) for hold in found.holds] == [(2, 1772441000000)]
    assert found.fingerprints == bytes(range(16))
    assert encode_conversation(found) == row(ROW_VERSION, "closed")
    tables = Tables()
    tables.merge([Write("conversations", b"chat-1", row(version, "closed"))])
    tables.index()
    assert tables.conversations == {"chat-1": row(ROW_VERSION, "closed")}
    assert tables.timers.earliest_ms == 1772441000000


@pytest.mark.parametrize("version", GOLDEN)
def test_counters_totals_and_settings_are_read(version: int) -> None:
    counter = decode_counter(row(version, "counter"))
    assert (counter.sequence, counter.units, counter.profiles) == (9, 50, {"chat": 2})
    totals = decode_totals(row(version, "totals"))
    assert (totals.sequence, totals.units, totals.set_presence) == (4, 50, "away")
    assert (totals.fingerprints, totals.published) == (bytes(16), bytes(8))
    settings = decode_settings(row(version, "settings"))
    assert settings.units == 20
    # Whatever version a row is of, what it says has one key.
    present = GOLDEN[ROW_VERSION]["settings"]
    assert encode_settings(settings) == (
        digest_settings(bytes.fromhex(present)),
        bytes.fromhex(present),
    )
    assert digest_settings(row(version, "settings")) == digest_settings(bytes.fromhex(present))


@pytest.mark.parametrize("version", GOLDEN)
def test_figures_are_read(version: int) -> None:
    remembered = decode_memory(json.loads(GOLDEN[version]["memory"]))
    assert (remembered.version, remembered.partition) == (version, 3)
    assert remembered.memory == (5, 1772440000000, True, 61000, 2, None, ())
    counted = decode_counts(json.loads(GOLDEN[version]["counts"]))
    assert counted == (version, {"offered": 2, "answer_ms": 9000})


def test_newer_figures_are_refused() -> None:
    newer = ROW_VERSION + 1
    with pytest.raises(NewerVersion, match=f"version {newer}"):
        decode_memory([newer, 3, 5, 1772440000000, True, 61000, 2, None, "new"])
    with pytest.raises(NewerVersion, match=f"version {newer}"):
        decode_counts([newer, {"offered": 2}])


@pytest.mark.parametrize("version", GOLDEN)
def test_a_position_is_read(version: int) -> None:
    position = decode_position(GOLDEN[version]["position"].encode())
    assert position.clock_ms == 1772440000000
    assert position.offsets == {"channel-events": 17, "agent-actions": 4}


def test_the_present_version_writes_its_golden_rows() -> None:
    golden = GOLDEN[ROW_VERSION]
    found = decode_conversation(row(ROW_VERSION, "conversation"))
    assert encode_conversation(found).hex() == golden["conversation"]
    assert encode_counter(decode_counter(row(ROW_VERSION, "counter"))).hex() == golden["counter"]
    assert encode_totals(decode_totals(row(ROW_VERSION, "totals"))).hex() == golden["totals"]
    position = decode_position(golden["position"].encode())
    assert encode_position(position).decode() == golden["position"]
    remembered = decode_memory(json.loads(golden["memory"]))
    assert encode_memory(remembered) == json.loads(golden["memory"])
    counted = decode_counts(json.loads(golden["counts"]))
    assert encode_counts(counted) == json.loads(golden["counts"])


def test_a_newer_position_is_refused() -> None:
    newer = json.dumps({"version": ROW_VERSION + 1, "clock_ms": 1, "next_offsets": {}, "new": 1})
    with pytest.raises(NewerVersion, match=f"version {ROW_VERSION + 1}"):
        decode_position(newer.encode())


def test_edition_1_cannot_take_over_what_was_rewritten() -> None:
    """It asks for a member `offsets`, and ends where there is none."""
    assert "offsets" not in json.loads(encode_position(Position(1, {"channel-events": 2}, {})))


def test_restored_rows_of_the_former_version_are_the_present_ones_in_memory() -> None:
    tables = Tables()
    tables.merge([Write("conversations", b"chat-1", row(1, "conversation"))])
    tables.index()
    stored = tables.conversations["chat-1"]
    assert stored == encode_conversation(decode_conversation(row(1, "conversation")))
    assert read_header(stored).due_ms == tables.timers.earliest_ms == 1772441000000


@pytest.mark.parametrize(
    ("rows", "loss"),
    [
        ({"conversations": 2, "counters": 1}, None),
        ({"conversations": 1, "counters": 1}, "conversations: 1 rows instead of 2"),
        ({}, "conversations: 0 rows instead of 2, counters: 0 rows instead of 1"),
    ],
)
def test_what_the_tables_lack_is_told(rows: dict[str, int], loss: str | None) -> None:
    assert find_loss(Position(1, {}, {"conversations": 2, "counters": 1}), rows) == loss
    assert find_loss(Position(1, {}), rows) is None
