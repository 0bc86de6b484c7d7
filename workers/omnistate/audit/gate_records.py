"""What the law of the gate reads: requests, grants, what became of them, and holds.

Each topic is read whole; grants and refusals before requests, so that whatever answers a request
finds it. It judges nothing. Memory: one entry for each request and grant that retention has left.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
from omnistate_schemas.vocabulary import (
    AGENT_ACTIONS,
    ASSIGNMENT_REQUESTS,
    DEAD_LETTERS,
    REJECTED_INPUTS,
)

from omnistate.audit.cut import place_of
from omnistate.audit.input_beginnings import read_origin
from omnistate.audit.source import TopicReader
from omnistate.stream.cloudevents import Undecodable
from omnistate.stream.ports import Record
from omnistate.stream.representative.representative_inputs import read_request

GATE: Final = "/omnistate/gate"
Place = tuple[str, int, int]


class Mark(NamedTuple):
    """What names a request: its source and id."""

    source: str
    id: str


class Reservation(msgspec.Struct, gc=False):
    """A request by its name, and what was granted."""

    id: str
    source: str
    units: int = 0
    profiles: list[str] = []


class Cost(NamedTuple):
    """Who is to get what, and what it takes of them."""

    representative_id: str
    conversation_id: str
    units: int
    profiles: tuple[str, ...]


class Given(NamedTuple):
    """A `router.assign` that names the gate as its source."""

    place: Place
    id: str
    mark: Mark
    cost: Cost


class Requested(NamedTuple):
    """An `assignment.requested` that can be read."""

    record: Record
    mark: Mark
    cost: Cost


class Moved(msgspec.Struct, gc=False):
    """The data of a change of capacity, or of a decline, as far as the gate goes by it."""

    representative_id: str
    conversation_id: str
    reservation: Reservation | None = None
    hold_id: str = ""
    role: str = ""
    units: int = 0
    profiles: list[str] = []
    forced: bool = False
    rule: str = ""
    partition: int = 0
    partition_sequence: int = 0
    partition_units: int = 0
    partition_profiles: dict[str, int] = {}


class Answers(NamedTuple):
    """What became of requests: grants, and the places of those refused, ignored or put aside."""

    given: Sequence[Given]
    refused: frozenset[Place]
    dead: frozenset[Place]
    # Retention took some of them.
    lacking: bool


class _Assigned(msgspec.Struct, gc=False):
    representative_id: str
    reservation: Reservation


class _Input(msgspec.Struct, gc=False):
    topic: str
    partition: int
    offset: int


class _Refused(msgspec.Struct, gc=False):
    input: _Input | None = None


class _Event(msgspec.Struct, gc=False):
    type: str
    id: str
    source: str
    subject: str
    data: msgspec.Raw


T = TypeVar("T")
_HEAD: Final = msgspec.json.Decoder(_Event).decode
ASSIGNED: Final = msgspec.json.Decoder(_Assigned)
REFUSED: Final = msgspec.json.Decoder(_Refused)
MOVED: Final = msgspec.json.Decoder(Moved)


def read_as(
    record: Record, type_prefix: str, decoder: "msgspec.json.Decoder[T]"
) -> tuple[_Event, T] | None:
    """The event and its data; None where it is of another type, or cannot be read."""
    try:
        event = _HEAD(record.value or b"")
        return (event, decoder.decode(event.data)) if event.type.startswith(type_prefix) else None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


async def read_answers(reader: TopicReader) -> Answers:
    """Grants, refusals and dead letters, of all partitions."""
    given: list[Given] = []
    async for record in each_record(reader, AGENT_ACTIONS):
        assigned = read_as(record, "router.assign", ASSIGNED)
        if assigned is not None and assigned[0].source == GATE:
            event, data = assigned
            named = data.reservation
            cost = Cost(data.representative_id, event.subject, named.units, tuple(named.profiles))
            mark = Mark(named.source, named.id)
            given.append(Given(place_of(record), event.id, mark, cost))
    refused: set[Place] = set()
    async for record in each_record(reader, REJECTED_INPUTS):
        answer = read_as(record, "input.", REFUSED)
        place = None if answer is None else answer[1].input
        if place is not None and place.topic == ASSIGNMENT_REQUESTS:
            refused.add((place.topic, place.partition, place.offset))
    dead: set[Place] = set()
    async for record in each_record(reader, DEAD_LETTERS):
        origin = read_origin(dict(record.headers).get("omnistate-origin"))
        if origin is not None:
            dead.add(origin)
    topics = AGENT_ACTIONS, REJECTED_INPUTS, DEAD_LETTERS
    beginnings = [await reader.beginnings(topic) for topic in topics]
    return Answers(given, frozenset(refused), frozenset(dead), any(map(any, beginnings)))


def requests_in(records: Sequence[Record]) -> Iterator[Requested]:
    """The requests that the worker can read, in any form; any other it refused or put aside."""
    for record in records:
        try:
            asked = read_request(record)
        except Undecodable:
            continue
        request = asked.request
        if request is not None:
            profiles = tuple(dict.fromkeys(request.profiles))
            who, units = asked.representative_id, request.units
            cost = Cost(who, request.conversation_id, units, profiles)
            yield Requested(record, Mark(request.source, request.id), cost)


async def each_record(
    reader: TopicReader, topic: str, partition: int | None = None, start: int = 0
) -> Any:
    """Every record from `start` on that retention has left, of one partition or of all."""
    beginnings, ends = await reader.beginnings(topic), await reader.ends(topic)
    for number, end in enumerate(ends):
        if partition in (None, number):
            begin = max(start, beginnings[number])
            async for chunk in reader.records(topic, number, begin, end):
                for record in chunk:
                    yield record
