"""Inputs that a real log deleted before they were read: never lost without a word, nor later on."""

import functools
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import TopicPartition
from aiokafka.admin.records_to_delete import RecordsToDelete

from tests.cluster.odd_inputs import append, begun, connection_of, letters, started
from tests.cluster.story_inputs import CENTRE
from tests.harness.installation import Installation, installed
from tests.harness.waiting import eventually


@pytest.fixture
def installation(brokers: str, prefix: str, tmp_path: Path) -> Iterator[Installation]:
    with installed(brokers, prefix, tmp_path) as found:
        yield found


async def delete_before(found: Installation, topic: str, offset: int) -> None:
    """As retention does."""
    connection = connection_of(found)
    admin = connection.admin()
    await admin.start()
    try:
        place = TopicPartition(connection.physical(topic), 0)
        await admin.delete_records({place: RecordsToDelete(offset)})
    finally:
        await admin.close()


async def test_the_audit_sees_a_gap_whenever_it_happened(installation: Installation) -> None:
    installation.set_up(CENTRE, partitions=1)
    worker = installation.worker()
    await append(installation, "channel-events", 0, [started("first")])
    await eventually(
        "the first one", functools.partial(begun, installation), lambda seen: seen == {"first"}
    )
    assert worker.stop() == 0
    lost = [started(f"lost-{number}") for number in range(4)]
    start = await append(installation, "channel-events", 0, lost)
    await append(installation, "channel-events", 0, [started("behind")])
    await delete_before(installation, "channel-events", start + 4)
    # Nobody has met the gap yet: unread inputs are gone all the same.
    assert "inputs were deleted unread" in installation.run("audit", status=1)

    worker = installation.worker()
    await eventually(
        "what lies behind",
        functools.partial(begun, installation),
        lambda seen: seen == {"first", "behind"},
    )
    gone = worker.metric("omnistate_records_gone_total", topic="channel-events")
    assert gone == 4
    assert worker.metric("omnistate_dead_letters_total", reason="deleted") == 1
    assert worker.log().count("records_gone") == 1
    assert worker.stop() == 0
    (letter,) = await letters(installation)
    headers = dict(letter.headers)
    assert (letter.key, letter.value) == (None, None)
    assert headers["omnistate-error"] == b"deleted"
    assert headers["omnistate-origin"] == f"channel-events/0/{start}".encode()
    assert f"offsets {start} to {start + 3}:".encode() in (
        headers["omnistate-error-message"] or b""
    )
    finding = f"channel-events/0/{start}: inputs from here up to {start + 3} were deleted"
    assert finding in installation.run("audit", status=1)

    # The gap is older than everything that is left, another worker has come, and nothing is said
    # of it any more but by the dead letter.
    worker = installation.worker()
    await append(installation, "channel-events", 0, [started("later")])
    await eventually(
        "the later one", functools.partial(begun, installation), lambda seen: "later" in seen
    )
    assert worker.metric("omnistate_records_gone_total", topic="channel-events") == 0
    assert worker.stop() == 0
    await delete_before(installation, "channel-events", start + 6)
    assert finding in installation.run("audit", status=1)
    assert "nothing of it is left" in installation.run("dead-letters", "redrive")
