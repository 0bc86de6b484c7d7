"""Records of the topics that the router follows, put into its picture.

A record that cannot be used changes nothing: what was known stays. It decides nothing, and knows no
log.
"""

from typing import Final, TypeVar

import msgspec
from omnistate_schemas.configuration import (
    CapacityProfile,
    Configuration,
    Queue,
    Representative,
    Workstream,
)
from omnistate_schemas.times import parse_time_ms
from omnistate_schemas.vocabulary import (
    CONVERSATION_STATES,
    REJECTED_INPUTS,
    REPRESENTATIVE_CAPACITY,
)

from omnistate.core.router.actions import SOURCE
from omnistate.core.router.router import Router
from omnistate.core.router.seen import CapacitySeen, ConversationSeen, RefusalSeen
from omnistate.core.router.wait_estimate import TakenUp
from omnistate.stream.ports import Record, UnreadableRecord

# What is followed beside the configuration; the refusals from when the router begins to ask.
FOLLOWED: Final = (CONVERSATION_STATES, REPRESENTATIVE_CAPACITY, REJECTED_INPUTS)
# The year 9000: any zone's clocks can still show it.
_LAST_MS: Final = 221_845_392_000_000
_OURS: Final = SOURCE.encode()


class UnusableRecord(ValueError):
    """A record that says nothing the router can use; the message quotes nothing of it."""


class _ConversationEvent(msgspec.Struct):
    data: ConversationSeen


class _CapacityEvent(msgspec.Struct):
    data: CapacitySeen


class _RefusalEvent(msgspec.Struct):
    data: RefusalSeen


_READ_CONVERSATION: Final = msgspec.json.Decoder(_ConversationEvent)
_READ_CAPACITY: Final = msgspec.json.Decoder(_CapacityEvent)
_READ_REFUSAL: Final = msgspec.json.Decoder(_RefusalEvent)
Event = TypeVar("Event")


class PicturedRecords:
    """What a router knows from topics, record by record."""

    def __init__(self, router: Router) -> None:
        """Nothing was read yet."""
        self.router: Final = router
        self.taken_up: Final = TakenUp()

    def take(self, record: Record, now_ms: int) -> ConversationSeen | RefusalSeen | None:
        """Put a record of a followed topic into the picture; what it says of a conversation.

        Or that something of the router's was refused.

        Raises UnusableRecord where it says nothing; then nothing has changed.
        """
        if isinstance(record, UnreadableRecord):
            raise UnusableRecord(record.problem)
        key = _read_key(record.key)
        match record.topic:
            case topic if topic == CONVERSATION_STATES:
                return self._take_conversation(key, record.value)
            case topic if topic == REPRESENTATIVE_CAPACITY:
                capacity = None if record.value is None else _read_capacity(key, record.value)
                self.router.picture.put_capacity(key, capacity)
            case _:
                # Of all that is refused, little is ours.
                if record.value is not None and _OURS in record.value:
                    refusal = _read(_READ_REFUSAL, record.value).data
                    self.router.take_refusal(refusal, now_ms)
                    return refusal if refusal.cause.source == SOURCE else None
        return None

    def _take_conversation(self, id_: str, value: bytes | None) -> ConversationSeen | None:
        seen = None if value is None else _read_conversation(id_, value)
        if seen is not None:
            self.taken_up.note(seen)
        self.router.picture.put_conversation(id_, seen)
        return seen

    def configure(self, topic: str, id_: str, configured: Configuration | None) -> None:
        """An object of a configuration topic was published; None: it was taken away."""
        picture = self.router.picture
        match topic, configured:
            case "workstreams", Workstream() | None:
                picture.put_workstream(id_, configured)
            case "capacity-profiles", CapacityProfile() | None:
                picture.put_profile(id_, configured)
            case "representatives", Representative() | None:
                picture.put_representative(id_, configured)
            case "queues", Queue() | None:
                picture.put_queue(id_, configured)


def _read_conversation(id_: str, value: bytes) -> ConversationSeen:
    seen = _read(_READ_CONVERSATION, value).data
    _check_id(id_, seen.conversation_id)
    for text in (seen.queued_at, seen.queue_since, seen.representative_since):
        _check_time(text)
    return seen


def _read_capacity(id_: str, value: bytes) -> CapacitySeen:
    seen = _read(_READ_CAPACITY, value).data
    _check_id(id_, seen.representative_id)
    for text in (seen.last_granted_at, seen.last_released_at):
        _check_time(text)
    return seen


def _check_id(key: str, id_: str) -> None:
    if id_ != key:
        raise UnusableRecord("it is of another id than its key")


def _check_time(text: str | None) -> None:
    """Whatever is made of a time later must not fail: not in another zone either."""
    try:
        usable = text is None or 0 <= parse_time_ms(text) <= _LAST_MS
    except ValueError:
        usable = False
    if not usable:
        raise UnusableRecord("a time is none, or far from now")


def _read(decoder: msgspec.json.Decoder[Event], value: bytes) -> Event:
    try:
        return decoder.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        where = str(error).rpartition(" - at ")[2]
        raise UnusableRecord(f"no event of its type: {where}") from None


def _read_key(key: bytes | None) -> str:
    try:
        return (key or b"").decode()
    except UnicodeDecodeError:
        raise UnusableRecord("the key is not UTF-8") from None
