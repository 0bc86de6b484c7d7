"""What one batch sees and changes, over tables that it does not change.

`writes` says what has changed, and whoever committed it has the tables take it over. Dropping an
overlay loses nothing but the batch.
"""

from collections import Counter as Tally
from collections.abc import Mapping
from itertools import chain, islice
from typing import Final

from omnistate.core.conversation.context import Counter
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.counter_row import encode_counter
from omnistate.core.conversation.row import decode_conversation, encode_conversation
from omnistate.core.settings import WorkstreamSettings, decode_settings
from omnistate.stream.conversation.tables import (
    CONVERSATIONS,
    COUNTERS,
    SETTINGS,
    Tables,
    read_counter,
)
from omnistate.stream.ports import Write
from omnistate.stream.position import POSITION_KEY, POSITIONS, Position, encode_position

# So many settings are looked at in one batch that nobody had when they were restored.
UNUSED_MAX: Final = 1_000


class Overlay:
    """What one batch sees and changes, over tables that it does not change."""

    __slots__ = (
        "_conversations",
        "_counters",
        "_interned",
        "_known",
        "_settings",
        "_stages",
        "_uses",
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
        # Settings that conversations start with and that the tables lack: decoded, and their rows.
        self._known = tables.settings
        self._interned: dict[bytes, WorkstreamSettings] = {}
        self._settings: dict[bytes, bytes] = {}
        # By how much the number of conversations that have them has changed.
        self._uses: Tally[bytes] = Tally()
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
                if found.stage != "nothing":
                    self._stages[conversation_id] = found.stage
            self._conversations[conversation_id] = found
        return found

    def put(self, conversation_id: str, conversation: Conversation | None) -> None:
        """Set a new conversation, or None for one that is forgotten."""
        # A refusal may hand back another object of the same row.
        former = self._conversations.get(conversation_id)
        # What has not begun has no settings yet.
        if former is not None and former.settings_key:
            self._uses[former.settings_key] -= 1
        if conversation is not None and conversation.settings_key:
            self._uses[conversation.settings_key] += 1
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
        found = self._known.get(key)
        return self._interned[key] if found is None else found

    def intern(self, key: bytes, row: bytes) -> None:
        """Keep settings that a conversation starts with."""
        if key not in self._known and key not in self._interned:
            self._interned[key] = decode_settings(row)
            self._settings[key] = row

    def _settings_writes(self) -> list[Write]:
        """Settings that are new, and those that no conversation has any more."""
        unused, changes = self.tables.unused, self._uses
        if not changes and not unused:
            return []
        uses = self.tables.count_uses()
        writes = [
            Write(SETTINGS, key, row)
            for key, row in self._settings.items()
            if uses[key] + changes[key]
        ]
        looked_at = dict.fromkeys(chain(changes, islice(unused, UNUSED_MAX)))
        writes += [
            Write(SETTINGS, key, None)
            for key in looked_at
            if key in self._known and not uses[key] + changes[key]
        ]
        return writes

    def writes(self, offsets: Mapping[str, int]) -> list[Write]:
        """Every row that differs from the tables, each once, and the position where it moves."""
        tables = self.tables
        writes = self._settings_writes()
        counts = tables.count_rows()
        counts[SETTINGS] += sum(1 if write.value is not None else -1 for write in writes)
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

    @property
    def use_changes(self) -> Tally[bytes]:
        """By how much the number of conversations that have each of the settings has changed."""
        return self._uses

    def stage_changes(self) -> Tally[str]:
        """By how much the number of rows in each stage has changed."""
        changes: Tally[str] = Tally()
        before = self._stages
        for conversation_id, conversation in self._conversations.items():
            former = before.get(conversation_id)
            stage = None if conversation is None else conversation.stage
            if stage == "nothing":
                stage = None
            if former != stage:
                if former is not None:
                    changes[former] -= 1
                if stage is not None:
                    changes[stage] += 1
        return changes
