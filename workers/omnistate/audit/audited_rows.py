"""What an audit keeps of the tables' rows. Shapes alone: nothing is read or judged here."""

from typing import NamedTuple

import msgspec


class ConversationRow(msgspec.Struct, gc=False):
    """What is compared of a conversation's row. `offset` is the row's, on its changelog."""

    offset: int
    digest: int
    origin: str
    sequence: int
    status: str
    detail: str | None
    since_ms: int
    channel: str
    workstream_id: str
    customer_id: str | None
    queue_id: str | None
    representative_id: str | None
    offered_representative_ids: tuple[str, ...]
    skipped: tuple[str, ...]
    transfer_count: int
    overflow_count: int
    priority: int
    # When its last input or timer happened.
    occurred_ms: int
    settings_key: bytes
    # Its last change was found on the topic, or a later one, so that it lags behind.
    seen: bool = False


class EarlyRow(msgspec.Struct, gc=False):
    """A row of what has not begun: inputs wait there for their start."""

    offset: int
    digest: int


class WaitingInput(NamedTuple):
    """An input that waits in a row, for a start or for its order; `row` is the row's offset."""

    topic: str
    offset: int
    row: int


class RowHold(msgspec.Struct, gc=False):
    """A hold as the row of its conversation has it."""

    partition: int
    offset: int
    # Representative, role, units, profiles, forced.
    terms: tuple[object, ...]


class CounterRow(msgspec.Struct, gc=False):
    """A representative's counter in one partition."""

    offset: int
    digest: int
    sequence: int
    units: int
    profiles: dict[str, int]
    seen: bool = False


class Rows:
    """Every row, by partition and key."""

    def __init__(self, partitions: int) -> None:
        """None yet."""
        self.conversations: list[dict[str, ConversationRow]] = [{} for _ in range(partitions)]
        self.early: list[dict[str, EarlyRow]] = [{} for _ in range(partitions)]
        self.waiting: list[list[WaitingInput]] = [[] for _ in range(partitions)]
        self.counters: dict[tuple[int, str], CounterRow] = {}
        self.holds: dict[str, RowHold] = {}
        # Keys of settings that want the gate.
        self.gated: set[bytes] = set()
