"""The tables of one partition as encoded rows, and what is derived from them.

Rows are bytes, of the present version, decoded when touched. What a batch sees and changes is an
`Overlay`, which leaves them as they are.
"""

from collections import Counter as Tally
from collections.abc import Iterable, Mapping
from typing import Final

from omnistate.core.conversation.context import Counter
from omnistate.core.conversation.counter_row import decode_counter
from omnistate.core.conversation.row import upgrade_conversation
from omnistate.core.conversation.row_header import read_header
from omnistate.core.row_version import COUNTER
from omnistate.core.settings import WorkstreamSettings, decode_settings
from omnistate.stream.conversation.timer_index import TimerIndex
from omnistate.stream.ports import Batch, Write
from omnistate.stream.position import POSITIONS, Position, decode_position

CONVERSATIONS: Final = "conversations"
COUNTERS: Final = "counters"
SETTINGS: Final = "settings"
TABLES: Final = (CONVERSATIONS, COUNTERS, SETTINGS, POSITIONS)


class Tables:
    """The committed rows of one partition and what is derived from them."""

    __slots__ = (
        "clock_ms",
        "conversations",
        "counter_bytes_max",
        "counters",
        "names",
        "offsets",
        "position",
        "settings",
        "stages",
        "timers",
        "topic_ids",
        "unused",
        "uses",
    )

    def __init__(self) -> None:
        """Start empty; restore with `merge`."""
        self.conversations: dict[str, bytes] = {}
        self.counters: dict[str, bytes] = {}
        # No row of a counter has ever been longer.
        self.counter_bytes_max = 0
        self.settings: dict[bytes, WorkstreamSettings] = {}
        self.clock_ms: int | None = None
        self.offsets: dict[str, int] | None = None
        # The last one that was restored or committed.
        self.position: Position | None = None
        # What tells the inputs from others of the same names; by the log, not by the rows.
        self.topic_ids: Mapping[str, str] | None = None
        self.timers = TimerIndex()
        self.stages: Tally[str] = Tally()
        # The ids of a batch's rows by key: each id is kept once, for the rows and the timers.
        self.names: dict[bytes, str] = {}
        # How many conversations have each of the settings; None until somebody counts.
        self.uses: Tally[bytes] | None = None
        # Settings that nobody has, and that nobody has deleted yet.
        self.unused: set[bytes] = set()

    def merge(self, writes: Iterable[Write]) -> None:
        """Take over committed rows; a None value deletes. Raises KeyError for an unknown table.

        Whoever committed a batch uses `commit`, which keeps what is derived.
        """
        self.uses = None
        self._merge(writes)

    def commit(self, batch: Batch) -> None:
        """Take over what a committed batch has changed."""
        self._merge(batch.writes)
        self.stages.update(batch.stages)
        if self.unused:
            # Deleted, or in use again.
            self.unused.difference_update(
                key for table, key, _ in batch.writes if table == SETTINGS
            )
            self.unused.difference_update(batch.uses)
        if self.uses is not None:
            for key, change in batch.uses.items():
                self.uses[key] += change
                if not self.uses[key]:
                    del self.uses[key]

    def count_uses(self) -> "Tally[bytes]":
        """How many conversations have each of the settings."""
        if self.uses is None:
            keys = (
                read_header(upgrade_conversation(row)).settings_key
                for row in self.conversations.values()
            )
            # What has not begun has no settings yet.
            self.uses = Tally(key for key in keys if key)
        return self.uses

    def _merge(self, writes: Iterable[Write]) -> None:
        conversations, names = self.conversations, self.names
        for table, key, value in writes:
            match table:
                case "conversations":
                    _put(conversations, (names and names.get(key)) or key.decode(), value)
                case "counters":
                    _put(self.counters, key.decode(), value)
                    if value is not None and len(value) > self.counter_bytes_max:
                        self.counter_bytes_max = len(value)
                case "settings" if value is not None:
                    self.settings[key] = decode_settings(value)
                case "settings":
                    self.settings.pop(key, None)
                case "positions" if value is not None:
                    self.position = decode_position(value)
                    self.clock_ms, self.offsets, *_ = self.position
                case _:
                    raise KeyError(table)

    def count_rows(self) -> dict[str, int]:
        """How many rows there are in each table, the positions aside."""
        return {
            CONVERSATIONS: len(self.conversations),
            COUNTERS: len(self.counters),
            SETTINGS: len(self.settings),
        }

    def index(self) -> None:
        """Enter every row's next deadline and count the rows by stage, after a restore.

        Rows of former versions become what the present one would have written.
        """
        due: dict[str, int] = {}
        stages: list[str] = []
        uses: dict[bytes, int] = {}
        for conversation_id, found in self.conversations.items():
            row = upgrade_conversation(found)
            header = read_header(row)
            if row is not found:
                self.conversations[conversation_id] = row
            if header.settings_key:
                stages.append(header.stage)
                uses[header.settings_key] = uses.get(header.settings_key, 0) + 1
            due_ms = header.due_ms
            if due_ms is not None:
                due[conversation_id] = due_ms
        self.stages = Tally(stages)
        self.timers.fill(due)
        for representative_id, row in self.counters.items():
            self.counters[representative_id] = COUNTER.upgrade(row)
        self.uses = Tally(uses)
        self.unused = self.settings.keys() - self.uses.keys()

    def reindex(self, conversation_ids: set[str]) -> None:
        """Enter these rows again, after a batch that touched them was dropped."""
        for conversation_id in conversation_ids:
            row = self.conversations.get(conversation_id)
            self.timers.enter(conversation_id, None)
            if row is not None:
                self.timers.enter(conversation_id, read_header(row).due_ms)


def _put(rows: dict[str, bytes], key: str, value: bytes | None) -> None:
    if value is None:
        rows.pop(key, None)
    else:
        rows[key] = value


def read_counter(row: bytes | None) -> Counter:
    """The counter of a row; a new one where there is none yet."""
    return Counter() if row is None else decode_counter(row)
