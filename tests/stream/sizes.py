"""What the topics take, what a batch puts on them, and inputs that put much there."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from hypothesis import strategies as st
from omnistate.cli.configuration_file import build_directory
from omnistate.core.directory import Directory
from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import Batch, Headers, Record
from omnistate.stream.topology import load_topology
from omnistate_schemas.configuration import ContactCentre

from tests.harness.events import make_event

TOPICS: Final = {
    topic.name: int(topic.config["max.message.bytes"]) for topic in load_topology().topics
}
# A batch's own header, a record's lengths and times.
OVERHEAD_BYTES: Final = 200
CLOCK_MS: Final = 1_741_165_200_000


def room_left(topic: str, key: bytes | None, value: bytes | None, headers: Headers = ()) -> int:
    """How many bytes more the topic would take of a record that is alone in its batch."""
    size = len(key or b"") + len(value or b"") + OVERHEAD_BYTES
    size += sum(len(name.encode()) + len(text or b"") for name, text in headers)
    return TOPICS[topic] - size


def check_fits(batch: Batch, group: str = "conversation") -> None:
    """Every output and every row of a batch fits onto its topic."""
    for each in (*batch.outputs, *batch.states):
        assert room_left(each.topic, each.key, each.value, each.headers) >= 0, each.topic
    for table, key, value in batch.writes:
        assert room_left(f"{group}-{table}-changelog", key, value) >= 0, table


def as_record(
    type_: str, subject: str, number: int, *, topic: str = "channel-events", **data: Any
) -> Record:
    """The record of an input, a second after the one before."""
    event = make_event(type_, subject, f"i{number}", data)
    value = json.dumps(event, ensure_ascii=False).encode()
    return Record(topic, 0, number, CLOCK_MS + number * 1_000, subject.encode(), value)


def outbound(number: int, profiles: Iterable[str], representative_id: str = "ana") -> Record:
    """An outbound start: its representative holds these profiles at once."""
    return as_record(
        "conversation.started",
        f"c{number}",
        number,
        channel="live_chat",
        workstream_id="desk",
        direction="outbound",
        representative_id=representative_id,
        profiles=list(profiles),
    )


def names(number: int, count: int, length: int, letter: str = "\u0939") -> list[str]:
    """Names of so many characters that nobody else has."""
    return [f"{number}.{n}.".ljust(length, letter) for n in range(count)]


SIZES: Final = st.sampled_from(
    [
        # How many names, how long, of which characters.
        (64, 256, "\u0939"),
        (64, 200, "\u0939"),
        (64, 256, "\u0001"),
        (64, 12, "x"),
        (20, 256, "\U00010000"),
        (3, 40, "y"),
        (1, 9, "z"),
        (0, 9, "z"),
    ]
)
# What, which conversation, who, and how large.
Said = tuple[str, int, int, tuple[int, int, str]]
STEPS: Final = st.lists(
    st.tuples(
        st.sampled_from([*["start"] * 9, "consult", "consult", "release", "assign", "pause"]),
        st.integers(0, 29),
        st.sampled_from([0, 0, 0, 0, 0, 1, 2, 3]),
        SIZES,
    ),
    min_size=20,
    max_size=60,
)


def records_of(steps: list[Said]) -> list[Record]:
    """The records of these steps, a second apart; a pause is eleven hours."""
    records: list[Record] = []
    pause_s = 0
    for number, (word, place, who, (count, length, letter)) in enumerate(steps):
        rep = {"representative_id": f"r{who}".ljust(2 + who * 80, letter)}
        subject = f"c{place}"
        match word:
            case "start":
                daily = [f"day{place * 10 + n}" for n in range(min(count, 9))]
                profiles = [*names(place, count - len(daily), length, letter), *daily]
                # A control character takes six bytes: no more than a record has room for.
                record = outbound(number, profiles[:40], rep["representative_id"])
                value = record.value or b""
                record = record._replace(
                    key=subject.encode(),
                    value=value.replace(f'"c{number}"'.encode(), f'"{subject}"'.encode()),
                )
            case "pause":
                pause_s += 40_000
                continue
            case "consult":
                record = as_record(
                    "consult.started", subject, number, topic="agent-actions", via="queue", **rep
                )
            case "release":
                record = as_record(
                    "representative.release", subject, number, topic="agent-actions", **rep
                )
            case _:
                record = as_record("router.assign", subject, number, topic="agent-actions", **rep)
        records.append(record._replace(timestamp_ms=record.timestamp_ms + pause_s * 1_000))
    return records


def directory_of(**desk: Any) -> Directory:
    """The configuration of the workstream desk, and of 600 profiles that are daily."""
    centre = {
        "workstreams": {"desk": {"channel": "live_chat", "auto_close": {"open": None}, **desk}},
        "capacity_profiles": {f"day{n}": {"reset": "end_of_day"} for n in range(600)},
    }
    return build_directory(ContactCentre.model_validate(centre))


def placed(record: Record, partitions: int) -> Record:
    """The record in the partition that its key belongs to."""
    return record._replace(partition=partition_of(record.key or b"", partitions))


def codes(batch: Batch) -> list[str]:
    """The codes of what was refused, in order."""
    values = [json.loads(each.value or b"") for each in batch.outputs]
    refusals = {"input.rejected", "input.ignored"}
    return [each["data"]["code"] for each in values if each["type"] in refusals]


def told(batch: Batch) -> Counter[str]:
    """How many outputs of each type."""
    return Counter(json.loads(each.value or b"")["type"] for each in batch.outputs)
