"""What waits, what was recorded or declined, two clocks: each breach is found (`tampering`)."""

from collections.abc import Callable
from typing import Any, Final

import pytest
import pytest_asyncio
from omnistate.audit.auditor import audit
from omnistate.audit.source import MemoryReader
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.row import decode_conversation, encode_conversation
from omnistate_schemas.times import format_time
from omnistate_schemas.vocabulary import (
    CAPACITY_CHANGES,
    CHANNEL_EVENTS,
    RECORDED_INPUTS,
    STATE_CHANGES,
)

from tests.audit.audit_rig import CONVERSATIONS, POSITIONS, TOPOLOGY, Rig
from tests.audit.tampering import (
    Case,
    Event,
    Place,
    alter_row,
    altered,
    check,
    find,
    input_of,
    rows,
    set_data,
    set_event,
    spots,
)
from tests.harness.events import make_event

BEGAN_MS: Final = 1_772_442_000_000
CENTRE: Final[dict[str, Any]] = {
    "workstreams": {
        "followed": {"channel": "voice", "authority": "upstream", "settle_window": 20},
        "chats": {
            "channel": "live_chat",
            "time_out_rules": [{"silent": "representative", "after": 5, "then": "remind"}],
        },
        "granted": {"channel": "live_chat", "assign_through_gate": True},
    },
    "representatives": {"ana": {}},
}


class Told:
    """Says inputs one after the other, each of so many milliseconds ago."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.count = 0

    async def say(self, type_: str, subject: str, ago_ms: int = 0, **data: Any) -> None:
        self.rig.now_ms += 100
        self.count += 1
        time = format_time(self.rig.now_ms - ago_ms)
        source = data.pop("source", "/a")
        event = make_event(type_, subject, f"e{self.count}", data, time=time, source=source)
        self.rig.send(event)
        await self.rig.drain()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def late() -> Rig:
    """Reports out of order that wait, some that have waited, records, a reminder, a grant."""
    rig = Rig(CENTRE, BEGAN_MS)
    await rig.take_over()
    told = Told(rig)
    await told.say("conversation.started", "f", channel="voice", workstream_id="followed")
    await told.say("conversation.ended", "f", 1_000)
    await told.say("conversation.answered", "f", 3_000, representative_id="ana")
    await told.say("conversation.offered", "f", 4_000, representative_id="ana")
    await rig.fire(rig.now_ms + 30_000)
    await told.say("conversation.started", "c", channel="live_chat", workstream_id="chats")
    await told.say("router.assign", "c", representative_id="ana")
    await told.say("representative.accept", "c", representative_id="ana")
    await told.say("customer.messaged", "c")
    await told.say("customer.disconnected", "c")
    await told.say("customer.reconnected", "c")
    await told.say("supervisor.monitor", "c", supervisor_id="sue")
    await rig.fire(rig.now_ms + 6_000)
    await told.say("conversation.started", "g", channel="live_chat", workstream_id="granted")
    granted = {"id": "r1", "source": "/router", "units": 99, "profiles": []}
    await told.say("router.assign", "g", representative_id="ana", reservation=granted)
    await told.say("conversation.started", "h", channel="voice", workstream_id="followed")
    await told.say("conversation.ended", "h")
    await told.say("conversation.queued", "h", 500, queue_id="calls")
    await told.say("customer.ended", "early")
    findings = await rig.audit()
    assert findings.ok, findings.violations[:5]
    assert not findings.notes
    counts = findings.counts
    assert (counts["waiting"], counts["recordings"], counts["reminders"]) == (3, 3, 1)
    assert (counts["declined"], counts["recorded"]) == (1, 4)
    assert counts["inputs"] == sum(
        counts[name] for name in ("changed", "recorded", "refused", "waiting", "dead letters")
    )
    return rig


@pytest.fixture
def rig(late: Rig) -> Rig:
    """A copy of it."""
    return late.clone()


def recorded(event: Event) -> bool:
    return bool(event["type"] == "input.recorded")


def reminder(event: Event) -> bool:
    return bool(event["type"] == "conversation.reminder")


def declined(event: Event) -> bool:
    return bool(event["type"] == "capacity.declined")


def lose_record(wanted: Callable[[Event], bool]) -> Callable[[Rig], Place]:
    """Drop a record; the replay misses it where the next one lies, or at the end."""

    def tamper(rig: Rig) -> Place:
        spot = find(rig, RECORDED_INPUTS, wanted)
        spot.drop()
        offsets = [entry.record.offset for entry in rig.entries(RECORDED_INPUTS, spot.partition)]
        after = [offset for offset in offsets if offset > spot.record.offset]
        end = max(offsets, default=-1) + 1
        return RECORDED_INPUTS, spot.partition, min(after, default=end)

    return tamper


def lose_declined(rig: Rig) -> Place:
    """Nothing follows it of what its partition says of the representative."""
    spot = find(rig, CAPACITY_CHANGES, declined)
    spot.drop()
    number = next(each.partition for each in spots(rig, STATE_CHANGES) if each.record.key == b"g")
    others = [
        each.record.offset
        for each in spots(rig, CAPACITY_CHANGES)
        if each.event["data"]["partition"] == number
    ]
    return CAPACITY_CHANGES, spot.partition, max(others, default=-1) + 1


def invent_recorded(rig: Rig) -> Place:
    """Of an input that has changed its conversation."""
    spot = find(rig, RECORDED_INPUTS, recorded)
    changed = next(
        each
        for each in spots(rig, STATE_CHANGES)
        if each.partition == spot.partition and "input" in each.event["data"]
    )
    named, cause = changed.event["data"]["input"], changed.event["data"]["cause"]

    def change(event: Event) -> None:
        event["data"].update(input=named, cause=cause)
        event["causationid"] = cause["id"]
        event["id"] = f"{named['topic']}-{named['partition']}-{named['offset']}"

    spot.repeat()
    last = [each for each in spots(rig, RECORDED_INPUTS) if each.partition == spot.partition][-1]
    return last.alter(change)


def move(rig: Rig) -> Place:
    spot = find(rig, RECORDED_INPUTS, recorded)
    spot.drop()
    record, there = spot.record, (spot.partition + 1) % rig.partitions
    entry = rig.log.append(RECORDED_INPUTS, record.key, record.value, record.headers, there)
    return RECORDED_INPUTS, there, entry.record.offset


def holds_inputs(row: Conversation) -> bool:
    return row.extras is not None and len(row.extras.waiting) > 1


def waiting_row(change: Callable[[Conversation], None]) -> Callable[[Rig], Place]:
    """Change what waits for its order; the row is where it shows."""

    def alter(row: Conversation) -> bool:
        if holds_inputs(row):
            change(row)
            return True
        return False

    return lambda rig: alter_row(rig, alter)


def lose_waiting(rig: Rig) -> Place:
    """The row forgets an input, which then nothing accounts for."""
    lost: list[Place] = []

    def change(row: Conversation) -> None:
        each = next(each for each in row.rest.waiting if each.input.type == "conversation.ended")
        row.rest.waiting.remove(each)
        lost.append((each.input.topic, each.input.partition, each.input.offset))

    waiting_row(change)(rig)
    return lost[0]


def say_again(row: Conversation) -> None:
    row.rest.waiting.append(row.rest.waiting[0])


def wait_after_all(rig: Rig) -> Place:
    """What has changed a conversation of that partition waits all the same."""
    held = next(spot for spot in rows(rig, CONVERSATIONS).values() if spot.record.key == b"h")
    place = next(
        place
        for spot in spots(rig, STATE_CHANGES)
        if spot.partition == held.partition and (place := input_of(spot)) is not None
    )

    def change(row: Conversation) -> None:
        row.rest.waiting[0].input.topic, row.rest.waiting[0].input.offset = place[0], place[2]

    return waiting_row(change)(rig)


def wait_for_nothing(offset: int) -> Callable[[Rig], Place]:
    def change(row: Conversation) -> None:
        row.rest.waiting[0].input.offset = offset

    return waiting_row(change)


def wait_elsewhere(row: Conversation) -> None:
    row.rest.waiting[0].input.partition += 1


def crowd(row: Conversation) -> None:
    row.rest.waiting.extend(row.rest.waiting[:1] * 16)


def empty_early(rig: Rig) -> Place:
    """Nothing has begun, and nothing waits for it."""
    for spot in rows(rig, CONVERSATIONS).values():
        row = decode_conversation(spot.bytes)
        if row.stage == "nothing":
            row.rest.waiting.clear()
            return spot.put(value=encode_conversation(row))
    raise AssertionError("nothing came early")


def lose_early(rig: Rig) -> Place:
    spot = next(spot for spot in rows(rig, CONVERSATIONS).values() if spot.record.key == b"early")
    spot.drop()
    return next(each.place for each in spots(rig, CHANNEL_EVENTS) if each.record.key == b"early")


def age(row: Conversation) -> bool:
    row.occurred_ms = 1
    return row.stage != "closed"


def second_report(event: Event) -> bool:
    return event["subject"] == "f" and bool(event["data"]["sequence"] == 2)


CASES: Final[dict[str, Case]] = {
    "a record dropped": ("replay", lose_record(recorded)),
    "a record doubled": ("accounting", lambda rig: find(rig, RECORDED_INPUTS, recorded).repeat()),
    "a record invented": ("accounting", invent_recorded),
    "a record moved": ("accounting", move),
    "a record's key": (
        "accounting",
        lambda rig: find(rig, RECORDED_INPUTS, recorded).put(key=b"other"),
    ),
    "a record's id": altered("accounting", RECORDED_INPUTS, recorded, set_event(id="x")),
    "a record's cause": altered(
        "accounting", RECORDED_INPUTS, recorded, set_event(causationid="x")
    ),
    "a record of a message": altered(
        "accounting",
        RECORDED_INPUTS,
        recorded,
        lambda event: event["data"]["cause"].update(type="customer.messaged"),
    ),
    "a record of no input": altered(
        "accounting",
        RECORDED_INPUTS,
        recorded,
        lambda event: event["data"]["input"].update(offset=10**9),
    ),
    "a record of no topic": altered(
        "accounting",
        RECORDED_INPUTS,
        recorded,
        lambda event: event["data"]["input"].update(topic="weather"),
    ),
    "a record's clocks": altered(
        "accounting", RECORDED_INPUTS, recorded, set_data(occurred_at="2030-01-01T00:00:00.000Z")
    ),
    "a record's timer": altered(
        "replay",
        RECORDED_INPUTS,
        recorded,
        set_data(next_timer={"name": "auto_close", "at": "2030-01-01T00:00:00.000Z"}),
    ),
    "no record": ("accounting", lambda rig: find(rig, RECORDED_INPUTS, recorded).put(value=b"{")),
    "a reminder dropped": ("replay", lose_record(reminder)),
    "a reminder doubled": ("replay", lambda rig: find(rig, RECORDED_INPUTS, reminder).repeat()),
    "a reminder by an input": altered(
        "accounting", RECORDED_INPUTS, reminder, set_event(causationid="x")
    ),
    "a waiting input lost": ("accounting", lose_waiting),
    "it waits twice": ("accounting", waiting_row(say_again)),
    "it waits and has changed something": ("accounting", wait_after_all),
    "it waits, and is no input": ("accounting", wait_for_nothing(10**9)),
    "an input of another partition waits": ("tables", waiting_row(wait_elsewhere)),
    "too many wait": ("tables", waiting_row(crowd)),
    "nothing waits for a start": ("tables", empty_early),
    "an early input lost": ("accounting", lose_early),
    "a grant that came to nothing dropped": ("replay", lose_declined),
    "one doubled": ("replay", lambda rig: find(rig, CAPACITY_CHANGES, declined).repeat()),
    "one's id": altered("holds", CAPACITY_CHANGES, declined, set_event(id="x")),
    "one's key": ("holds", lambda rig: find(rig, CAPACITY_CHANGES, declined).put(key=b"other")),
    "one's code": altered("holds", CAPACITY_CHANGES, declined, set_data(code="mood")),
    "occurred after the engine's clock": altered(
        "sequence", STATE_CHANGES, second_report, set_data(occurred_at="2030-01-01T00:00:00.000Z")
    ),
    "occurred before what was before": altered(
        "sequence", STATE_CHANGES, second_report, set_data(occurred_at="2020-01-01T00:00:00.000Z")
    ),
    "occurred otherwise than the row says": ("tables", lambda rig: alter_row(rig, age)),
}


@pytest.mark.parametrize("name", CASES)
async def test_it_is_found(rig: Rig, name: str) -> None:
    await check(rig, CASES[name])


async def test_what_waited_at_the_cut_may_be_taken_since(late: Rig) -> None:
    """The worker goes on while the topics are read: nothing is wrong, at work or at rest."""
    rig = late.clone()

    class Meddling(MemoryReader):
        """Lets the wall clock fire once the positions, or the rows, were read."""

        def __init__(self, after: str) -> None:
            super().__init__(rig.log)
            self.after = after

        async def ends(self, topic: str) -> Any:
            found = await super().ends(topic)
            if topic == self.after:
                self.after = ""
                await rig.fire(rig.now_ms + 60_000)
            return found

    for after in (POSITIONS, CONVERSATIONS):
        rig = late.clone()
        await rig.take_over()
        findings = await audit(Meddling(after), TOPOLOGY)
        assert findings.ok, (after, findings.violations[:5])
    at_rest = await rig.audit()
    assert at_rest.ok, at_rest.violations[:5]
    assert at_rest.counts["waiting"] == 0
    assert at_rest.counts["refused"] == 2
