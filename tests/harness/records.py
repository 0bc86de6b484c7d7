"""The oracle's days as records of the two inputs, and tables as plain values to compare.

A day's garbage lies on `channel-events` without a key, as a broken gateway would put it.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from omnistate.cli.configuration_file import build_directory
from omnistate.core.directory import Directory
from omnistate.stream.conversation.step import Step
from omnistate.stream.conversation.tables import Tables
from omnistate.stream.ports import Outgoing, Record
from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.registry import INPUTS
from omnistate_schemas.times import parse_time_ms
from omnistate_schemas.vocabulary import CHANNEL_EVENTS

from tests.harness.events import make_event
from tests.oracle.random_days import day_of

YEARS_MS = 100 * 365 * 86_400_000


def day_records(seed: int) -> tuple[list[Record], Directory]:
    """The records of the day of a seed, all in partition 0, and its configuration."""
    lines, configuration, _ = day_of(seed)
    directory = build_directory(ContactCentre.model_validate(configuration))
    return number([_read(line) for line in lines if line.strip()]), directory


def _read(line: bytes) -> Record:
    topic, key, time_ms = CHANNEL_EVENTS, None, 0
    try:
        event = json.loads(line)
        topic = INPUTS[event["type"]].topic
        key = event["subject"].encode()
        time_ms = parse_time_ms(event["time"])
    except (KeyError, TypeError, ValueError, AttributeError):
        pass
    return Record(topic, 0, 0, time_ms, key, line)


def number(records: Iterable[Record]) -> list[Record]:
    """The records with the offsets that they have in this order."""
    seen: Counter[str] = Counter()
    numbered = []
    for record in records:
        numbered.append(record._replace(offset=seen[record.topic]))
        seen[record.topic] += 1
    return numbered


def run(
    records: Sequence[Record],
    directory: Directory,
    cuts: Iterable[int] = (),
    *,
    to_the_end: bool = True,
    partition: int = 0,
    partitions: int = 1,
) -> tuple[list[Outgoing], Tables, Counter[str]]:
    """Outputs, tables and tally of the records in batches that begin at `cuts`.

    `to_the_end` fires every timer that is left, so that one forgotten by the index shows.
    """
    tables, outputs, tally = Tables(), [], Counter[str]()
    starts = sorted({0, *cuts})
    for start, end in zip(starts, [*starts[1:], len(records)], strict=True):
        step = Step(tables, directory, partition, partitions)
        for record in records[start:end]:
            step.take(record)
        batch = step.finish()
        tables.commit(batch)
        outputs += batch.outputs
        tally += batch.tally
    if to_the_end:
        outputs += finish(tables, directory)
    return outputs, tables, tally


def finish(tables: Tables, directory: Directory) -> list[Outgoing]:
    """Fire whatever is still to come."""
    step = Step(tables, directory)
    step.fire_timers((tables.clock_ms or 0) + YEARS_MS)
    batch = step.finish()
    tables.commit(batch)
    return batch.outputs


def plain(tables: Tables) -> dict[str, Any]:
    """The rows of all tables."""
    return {
        "conversations": tables.conversations,
        "counters": tables.counters,
        "settings": tables.settings,
        "clock_ms": tables.clock_ms,
        "offsets": tables.offsets or {},
    }


def values(outputs: Iterable[Outgoing], topic: str) -> list[dict[str, Any]]:
    """The events put out on a topic."""
    return [json.loads(each.value or b"null") for each in outputs if each.topic == topic]


def usual(
    subject: str, said: Iterable[tuple[str, dict[str, Any]]]
) -> tuple[list[Record], Directory]:
    """Records of one chat, a second apart, and a configuration with defaults."""
    records = []
    for position, (type_, data) in enumerate(said):
        event = make_event(type_, subject, f"{subject}-{position}", data, source="/gateways/chat")
        at_ms = 1_741_165_200_000 + position * 1_000
        value = json.dumps(event).encode()
        records.append(Record(INPUTS[type_].topic, 0, 0, at_ms, subject.encode(), value))
    centre = {"workstreams": {"support-chat": {"channel": "live_chat"}}}
    return number(records), build_directory(ContactCentre.model_validate(centre))
