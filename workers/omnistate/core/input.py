"""An input as the core sees it: decoded, placed and timed by somebody else.

Values only. What the input means is decided in `decision`.
"""

from typing import Final, NamedTuple

from omnistate_schemas.vocabulary import Channel, Reason

from omnistate.core.details import Details, GivenAttributes

# Who grants reservations (contract.md#gate).
GATE: Final = "/omnistate/gate"


class Start(NamedTuple):
    """The data of a `conversation.started`, as `omnistate_schemas.input_data` describes it."""

    channel: Channel
    workstream_id: str
    queue_id: str | None
    customer_id: str | None
    direction: str | None
    handled_by: str | None
    scheduled_for: str | None
    units: int | None
    profiles: list[str] | None
    representative_id: str | None = None
    priority: int | None = None
    attributes: GivenAttributes | None = None


NO_DETAILS: Final = Details()


class Input:
    """One input event. `trigger` is its type, split where one type has several meanings.

    `fingerprint` identifies source and id among a conversation's last inputs. Whoever decodes it
    sets what else it says.
    """

    __slots__ = (
        *("topic", "partition", "offset", "type", "trigger", "conversation_id", "id", "source"),
        *("fingerprint", "time_ms", "size", "start", "problem", "representative_id", "actor_id"),
        *("queue_id", "target_id", "auto_accept", "overflow", "direct", "declined", "reason"),
        *("expected_sequence", "details", "traceparent", "tracestate"),
    )

    def __init__(
        self,
        topic: str,
        partition: int,
        offset: int,
        type_: str,
        conversation_id: str,
        id_: str,
        source: str,
        fingerprint: bytes,
    ) -> None:
        """An input that says nothing but what it is."""
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.type = type_
        self.trigger = type_
        self.conversation_id = conversation_id
        self.id = id_
        self.source = source
        self.fingerprint = fingerprint
        # When it says that it happened, and the bytes of its record's value.
        self.time_ms = 0
        self.size = 0
        # The data of a `conversation.started`; of every other the members below tell all there is.
        self.start: Start | None = None
        # What is wrong with the event's data.
        self.problem: str | None = None
        self.representative_id: str | None = None
        # Whoever acted: the representative of `representative.*`, the supervisor of `supervisor.*`.
        self.actor_id: str | None = None
        self.queue_id: str | None = None
        self.target_id: str | None = None
        # What only some types say: `auto_accept` of an offer, `overflow` of a move, if a consult is
        # `direct`, if an offer was `declined`, the `reason` that is given for closing.
        self.auto_accept = False
        self.overflow = False
        self.direct = False
        self.declined = False
        self.reason: Reason | None = None
        # The conversation's `sequence` as whoever acts knows it.
        self.expected_sequence: int | None = None
        self.details: Details | None = None
        self.traceparent: str | None = None
        self.tracestate: str | None = None

    @property
    def started(self) -> Start:
        """The data of a `conversation.started`."""
        assert self.start is not None
        return self.start

    @property
    def told(self) -> Details:
        """What only a few inputs say."""
        return self.details or NO_DETAILS


# How many bytes of the digest of (source, id) are kept: one in 2**64 repeats is not one.
FINGERPRINT_BYTES: Final = 8
# A repeat is known among so many of a conversation's last accepted inputs (contract.md#repeats),
# and among so many of its last messages, which are kept apart.
FINGERPRINTS_KEPT: Final = 48
MESSAGES_KEPT: Final = 16
MESSAGES: Final = frozenset(
    {"customer.messaged", "representative.message", "bot.message", "conversation.progressed"}
)


def is_among(kept: bytes, fingerprint: bytes) -> bool:
    """Whether the fingerprint is one of those kept, not the end of one and the start of another."""
    # Not `in`, which tries the digest as a number first and makes an exception of it.
    position = kept.find(fingerprint)
    while position >= 0 and position % FINGERPRINT_BYTES:
        position = kept.find(fingerprint, position + 1)
    return position >= 0
