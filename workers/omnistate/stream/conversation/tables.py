"""The tables of one partition as encoded rows, and an overlay that holds a batch's changes.

Rows are bytes, decoded when touched. An overlay never changes the tables: `writes` says what has
changed, and whoever committed it merges. Dropping an overlay loses nothing but the batch.
"""

from collections import Counter as Tally
from collections.abc import Iterable, Mapping
from typing import Final

from omnistate.core.conversation.context import Counter
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.row import (
    decode_conversation,
    decode_counter,
    encode_conversation,
    encode_counter,
)
from omnistate.core.conversation.row_header import read_outlook
from omnistate.core.row_version import CONVERSATION
from omnistate.core.settings import WorkstreamSettings, decode_settings
from omnistate.stream.conversation.timer_index import TimerIndex
from omnistate.stream.ports import Write
from omnistate.stream.position import (
    POSITION_KEY,
    POSITIONS,
    Position,
    decode_position,
    encode_position,
)

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
        "topic_ids",
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

    def merge(self, writes: Iterable[Write]) -> None:
        """Take over committed rows; a None value deletes. Raises KeyError for an unknown table."""
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
        """Enter every row's next deadline and count the rows by stage, after a restore."""
        due: dict[str, int] = {}
        stages: list[str] = []
        for conversation_id, found in self.conversations.items():
            row = CONVERSATION.upgrade(found)
            if row is not found:
                self.conversations[conversation_id] = row
            outlook = read_outlook(row)
            stages.append(outlook.stage)
            due_ms = outlook.due_ms
            if due_ms is not None:
                due[conversation_id] = due_ms
        self.stages = Tally(stages)
        self.timers.fill(due)

    def reindex(self, conversation_ids: set[str]) -> None:
        """Enter these rows again, after a batch that touched them was dropped."""
        for conversation_id in conversation_ids:
            row = self.conversations.get(conversation_id)
            self.timers.enter(conversation_id, None)
            if row is not None:
                self.timers.enter(conversation_id, read_outlook(row).due_ms)


def _put(rows: dict[str, bytes], key: str, value: bytes | None) -> None:
    if value is None:
        rows.pop(key, None)
    else:
        rows[key] = value


def read_counter(row: bytes | None) -> Counter:
    """The counter of a row; a new one where there is none yet."""
    return Counter() if row is None else decode_counter(row)


class Overlay:
    """What one batch sees and changes, over tables that it does not change."""

    __slots__ = (
        "_conversations",
        "_counters",
        "_decoded_settings",
        "_settings",
        "_stages",
        "clock_ms",
        "tables",
    )

    def __init__(self, tables: Tables) -> None:
        """Start with no changes."""
        self.tables = tables
        self.clock_ms = tables.clock_ms
        self._conversations: dict[str, Conversation | None] = {}
        # The stage in which each row was found, since it changes in place.
        self._stages: dict[str, str] = {}
        self._counters: dict[str, Counter] = {}
        self._settings: dict[bytes, bytes] = {}
        self._decoded_settings = dict(tables.settings)
        tables.names.clear()

    @property
    def touched(self) -> set[str]:
        """The ids of conversations that this batch looked at."""
        return set(self._conversations)

    def conversation(self, conversation_id: str) -> Conversation | None:
        """The conversation as the batch has left it, or None."""
        found = self._conversations.get(conversation_id)
        # None is either a conversation that is forgotten, or one that nobody has asked for yet.
        if found is None and conversation_id not in self._conversations:
            row = self.tables.conversations.get(conversation_id)
            if row is not None:
                found = decode_conversation(row)
                self._stages[conversation_id] = found.stage
            self._conversations[conversation_id] = found
        return found

    def put(self, conversation_id: str, conversation: Conversation | None) -> None:
        """Set a new conversation, or None for one that is forgotten."""
        self._conversations[conversation_id] = conversation

    def counter_of(self, representative_id: str) -> Counter:
        """The representative's counter, to be changed in place."""
        counter = self._counters.get(representative_id)
        if counter is None:
            counter = read_counter(self.tables.counters.get(representative_id))
            self._counters[representative_id] = counter
        return counter

    def settings_of(self, key: bytes) -> WorkstreamSettings:
        """The interned settings of a key."""
        return self._decoded_settings[key]

    def intern(self, key: bytes, row: bytes) -> None:
        """Keep settings that a conversation starts with."""
        if key not in self._decoded_settings:
            self._decoded_settings[key] = decode_settings(row)
            self._settings[key] = row

    def writes(self, offsets: Mapping[str, int]) -> list[Write]:
        """Every row that differs from the tables, each once, and the position where it moves."""
        tables = self.tables
        writes = [Write(SETTINGS, key, row) for key, row in self._settings.items()]
        counts = tables.count_rows()
        counts[SETTINGS] += len(writes)
        before = tables.conversations
        for conversation_id, conversation in self._conversations.items():
            row = None if conversation is None else encode_conversation(conversation)
            if row != before.get(conversation_id):
                key = conversation_id.encode()
                tables.names[key] = conversation_id
                counts[CONVERSATIONS] += (row is not None) - (conversation_id in before)
                writes.append(Write(CONVERSATIONS, key, row))
        for representative_id, counter in self._counters.items():
            row = encode_counter(counter)
            former = tables.counters.get(representative_id)
            # One that nothing was ever taken of was only looked at.
            if counter.sequence and row != former:
                counts[COUNTERS] += former is None
                writes.append(Write(COUNTERS, representative_id.encode(), row))
        position = Position(self.clock_ms, dict(offsets), counts, topic_ids=tables.topic_ids)
        if writes or position[:2] != (tables.clock_ms, tables.offsets or {}):
            writes.append(Write(POSITIONS, POSITION_KEY, encode_position(position)))
        return writes

    def stage_changes(self) -> Tally[str]:
        """By how much the number of rows in each stage has changed."""
        changes: Tally[str] = Tally()
        before = self._stages
        for conversation_id, conversation in self._conversations.items():
            former = before.get(conversation_id)
            stage = None if conversation is None else conversation.stage
            if former != stage:
                if former is not None:
                    changes[former] -= 1
                if stage is not None:
                    changes[stage] += 1
        return changes
