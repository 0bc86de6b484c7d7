"""The demo's mix of inputs, as long a stream of it as is wanted.

One simulated day, lived by many contact centres side by side: each has conversations and
representatives of its own. It talks to no broker.
"""

import asyncio
import itertools
import time
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec
from omnistate.demo.simulated_day import Day
from omnistate_schemas.registry import INPUTS
from omnistate_schemas.times import format_time, parse_time_ms
from omnistate_schemas.vocabulary import CHANNEL_EVENTS

Json = dict[str, Any]
SEED: Final = 7
CONVERSATIONS: Final = 1_500
DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000
# Where a centre's number goes; no text of the demo has it.
MARK: Final = b"@@"
_DECIDED: Final = ("reservation", "expected_sequence")
OPEN_WORKSTREAM: Final = "kept-open"
_ENCODE: Final = msgspec.json.Encoder().encode
_DECODE: Final = msgspec.json.Decoder().decode


class Said(NamedTuple):
    """One input: where it goes, and when it was said (epoch milliseconds)."""

    topic: str
    key: bytes
    value: bytes
    at_ms: int


class Mix:
    """One day's inputs with marks in them; `inputs` is how many a centre has in a day."""

    def __init__(self, conversations: int = CONVERSATIONS, seed: int = SEED) -> None:
        """Live the day (some seconds). It lies in the past: its last hour ended an hour ago."""
        day = asyncio.run(_live(seed, conversations))
        records = day.read_inputs()
        end_ms = records[-1].timestamp_ms
        # By whole days, so that midnights stay midnights.
        self._shift_ms = (round(time.time() * 1_000) - HOUR_MS - end_ms) // DAY_MS * DAY_MS
        self._said = [
            Said(
                record.topic,
                MARK + (record.key or b""),
                _ENCODE(self._mark(_DECODE(record.value or b""))),
                record.timestamp_ms + self._shift_ms,
            )
            for record in records
        ]
        self._configuration = day.world.configuration
        self.inputs = len(records)
        self.tally = dict(day.tally)

    @property
    def first_ms(self) -> int:
        """When the day's first input was said."""
        return self._said[0].at_ms

    def centres(self, events: int) -> int:
        """How many centres it takes to say so much in a day."""
        return max(1, -(-events // self.inputs))

    def say(self, events: int, centres: int | None = None) -> Iterator[Said]:
        """So many inputs in order of their times, all centres side by side."""
        names = [_name(number) for number in range(centres or self.centres(events))]
        return itertools.islice(
            (
                Said(said.topic, said.key.replace(MARK, name), said.value.replace(MARK, name), at)
                for said in self._said
                for at in (said.at_ms,)
                for name in names
            ),
            events,
        )

    def open_conversations(self, count: int) -> Iterator[Said]:
        """Starts of conversations that nothing closes within a day, just before the day."""
        at_ms = self.first_ms - 1_000
        at = format_time(at_ms)
        data = {
            "channel": "persistent_chat",
            "workstream_id": OPEN_WORKSTREAM,
            "queue_id": "support",
            "customer_id": "customer-@@",
        }
        template = _ENCODE(_envelope("conversation.started", "open-@@", "start-@@", at, data))
        for number in range(count):
            mark = f"{number:07}".encode()
            yield Said(CHANNEL_EVENTS, b"open-" + mark, template.replace(MARK, mark), at_ms)

    def configuration(self, centres: int) -> Json:
        """What `omnistate config apply` takes: the demo's, with each centre's representatives."""
        people = self._configuration["representatives"]
        kept_open = {"channel": "persistent_chat", "distribution": "pick", "bot_inactivity": None}
        return {
            **self._configuration,
            "workstreams": {
                **{
                    id_: {**workstream, "assign_through_gate": False}
                    for id_, workstream in self._configuration["workstreams"].items()
                },
                OPEN_WORKSTREAM: kept_open,
            },
            "representatives": {
                f"{_name(number).decode()}{id_}": settings
                for number in range(centres)
                for id_, settings in people.items()
            },
        }

    def _mark(self, event: Json) -> Json:
        mark = MARK.decode()
        # What the router and the gate decided is said by somebody whom nobody asks: a mix has
        # neither, and a batch's timers may come in another order than the day's.
        data = {name: each for name, each in event["data"].items() if name not in _DECIDED}
        if "representative_id" in data:
            data["representative_id"] = mark + data["representative_id"]
        if data.get("to", {}).get("kind") == "representative":
            data["to"] = {**data["to"], "id": mark + data["to"]["id"]}
        for name in ("scheduled_for", "resume_at"):
            if data.get(name):
                data[name] = format_time(parse_time_ms(data[name]) + self._shift_ms)
        at = format_time(parse_time_ms(event["time"]) + self._shift_ms)
        return _envelope(event["type"], mark + event["subject"], mark + event["id"], at, data)


async def _live(seed: int, conversations: int) -> Day:
    day = Day(seed, conversations)
    await day.start()
    while await day.step() is not None:
        pass
    return day


def _name(number: int) -> bytes:
    return b"c%03d." % number


def _envelope(type_: str, subject: str, id_: str, at: str, data: Json) -> Json:
    assert type_ in INPUTS
    return {
        "specversion": "1.0",
        "id": id_,
        "source": "/bench",
        "type": type_,
        "subject": subject,
        "time": at,
        "data": data,
    }
