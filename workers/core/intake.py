"""An input as the core sees it: decoded, placed and timed by somebody else.

Values only. What the input means is decided in `decision`.
"""

from typing import Final

import msgspec

from schemas.input_data import ConversationStartedData, Data


class Input(msgspec.Struct, frozen=True):
    """One input event. `trigger` is its type, split where one type has several meanings.

    `problem` says what is wrong with `data` (then `data` is None), else it is None.
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
    data: Data | None = None
    problem: str | None = None
    representative_id: str | None = None
    supervisor_id: str | None = None
    queue_id: str | None = None
    target_id: str | None = None
    traceparent: str | None = None
    tracestate: str | None = None

    @property
    def started(self) -> ConversationStartedData:
        """The data of a `conversation.started`."""
        assert isinstance(self.data, ConversationStartedData)
        return self.data

    def member(self, name: str) -> object:
        """A member of `data` that only some types have; None where it is absent or null."""
        return None if self.data is None else vars(self.data).get(name)

    @property
    def actor_id(self) -> str | None:
        """Whoever acted: the representative of `representative.*`, the supervisor of his."""
        if self.type.startswith("representative."):
            return self.representative_id
        return self.supervisor_id


# How many bytes of the digest of (source, id) are kept: one in 2**64 repeats is not one.
FINGERPRINT_BYTES: Final = 8
# A repeat is known among this many of a conversation's last inputs (section 8).
FINGERPRINTS_KEPT: Final = 64
