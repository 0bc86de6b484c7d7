"""An input as the core sees it: decoded, placed and timed by somebody else.

Values only. What the input means is decided in `decision`.
"""

from typing import Final

import msgspec

from schemas.vocabulary import Channel, Reason


class Start(msgspec.Struct, frozen=True, gc=False):
    """The data of a `conversation.started`, as `schemas.input_data` describes it."""

    channel: Channel
    workstream_id: str
    queue_id: str | None
    customer_id: str | None
    direction: str | None
    handled_by: str | None
    scheduled_for: str | None
    units: int | None
    profiles: list[str] | None


class Input(msgspec.Struct):
    """One input event. `trigger` is its type, split where one type has several meanings.

    `problem` says what is wrong with the event's data, else it is None. `start` is the data of
    a `conversation.started`; of every other the members below it tell all there is.
    `fingerprint` identifies source and id among a conversation's last inputs.
    """

    topic: str
    partition: int
    offset: int
    type: str
    trigger: str
    conversation_id: str
    id: str
    source: str
    fingerprint: bytes
    start: Start | None = None
    problem: str | None = None
    representative_id: str | None = None
    # Whoever acted: the representative of `representative.*`, the supervisor of `supervisor.*`.
    actor_id: str | None = None
    queue_id: str | None = None
    target_id: str | None = None
    # What only some types say: `auto_accept` of an offer, `overflow` of a move, if a consult is
    # `direct`, the `reason` that the router gives for closing.
    auto_accept: bool = False
    overflow: bool = False
    direct: bool = False
    reason: Reason | None = None
    traceparent: str | None = None
    tracestate: str | None = None

    @property
    def started(self) -> Start:
        """The data of a `conversation.started`."""
        assert self.start is not None
        return self.start


# How many bytes of the digest of (source, id) are kept: one in 2**64 repeats is not one.
FINGERPRINT_BYTES: Final = 8
# A repeat is known among this many of a conversation's last inputs (section 8).
FINGERPRINTS_KEPT: Final = 64
