"""What a partition of conversations goes on with where rows are lost for good: nothing silently.

Pure: told what is left and what was published, it says what has to be published and written so
that the tables agree with one another again. It invents no conversation: whoever has no row is
forgotten, and what they held is given back.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

import msgspec
from omnistate_schemas.configuration import Workstream
from omnistate_schemas.times import format_time
from omnistate_schemas.vocabulary import Role

from omnistate.core.conversation.context import Context, Counter
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.counter_row import encode_counter
from omnistate.core.conversation.ledger import Ledger
from omnistate.core.conversation.parties import Hold
from omnistate.core.conversation.row import decode_conversation
from omnistate.core.directory import Directory
from omnistate.core.facts import Cause
from omnistate.core.settings import encode_settings, resolve
from omnistate.stream.conversation.encoding import encode_fact, encode_state
from omnistate.stream.conversation.tables import COUNTERS, SETTINGS, Tables, read_counter
from omnistate.stream.ports import Outgoing, Write

# In the place of a rule and of an input's type: no input has ended these holds.
RULE: Final = "lost"
CAUSE: Final = "tables.accept"


class _Data(msgspec.Struct, gc=False):
    representative_id: str
    conversation_id: str
    hold_id: str
    role: Role
    partition: int
    partition_sequence: int
    units: int = 0
    profiles: list[str] = []
    forced: bool = False
    partition_units: int = 0
    partition_profiles: dict[str, int] = {}


class _Event(msgspec.Struct, gc=False):
    type: str
    data: _Data


_READ: Final = msgspec.json.Decoder(_Event).decode


class PublishedHolds:
    """What a partition has published on `capacity-changes`: its open holds and its counters."""

    def __init__(self, partition: int) -> None:
        self.open: dict[str, _Data] = {}
        self.counters: dict[str, Counter] = {}
        self._partition = partition

    def take(self, value: bytes | None) -> None:
        """The next change, of whichever partition; what is none of ours is nothing."""
        try:
            event = _READ(value or b"")
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return
        data = event.data
        if data.partition != self._partition:
            return
        if event.type == "capacity.held":
            self.open[data.hold_id] = data
        else:
            self.open.pop(data.hold_id, None)
        known = self.counters.get(data.representative_id)
        if known is None or known.sequence < data.partition_sequence:
            self.counters[data.representative_id] = Counter(
                data.partition_sequence, data.partition_units, dict(data.partition_profiles)
            )


class Mended(NamedTuple):
    """What to publish and to write; each sentence is of one thing that is lost or assumed."""

    outputs: list[Outgoing]
    states: list[Outgoing]
    writes: list[Write]
    sentences: list[str]


def mend_tables(
    tables: Tables,
    partition: int,
    remembered: Iterable[str],
    published: PublishedHolds,
    directory: Directory,
) -> Mended:
    """Bring what is left of a partition's tables in line; `tables` stay as they are.

    `remembered` are the ids on `conversation-states`.
    """
    conversations = {id_: decode_conversation(row) for id_, row in tables.conversations.items()}
    forgotten = sorted(set(remembered) - conversations.keys())
    sentences = [f"{id_} is forgotten: its row is lost" for id_ in forgotten]
    writes, said = _mend_settings(tables, conversations, directory)
    sentences += said
    books = _Books(tables, partition, published)
    outputs = books.give_back(conversations)
    writes += books.write(conversations)
    sentences += books.sentences
    return Mended(outputs, [encode_state(id_, None) for id_ in forgotten], writes, sentences)


def _mend_settings(
    tables: Tables, conversations: dict[str, Conversation], directory: Directory
) -> tuple[list[Write], list[str]]:
    """Settings that a row names and nobody has: what its workstream would give it today."""
    today = {key: row for key, row, _ in directory.workstreams.values()}
    writes: dict[bytes, Write] = {}
    sentences = []
    for id_, conversation in conversations.items():
        key = conversation.settings_key
        # What has not begun has no settings yet.
        if not key or key in tables.settings or key in writes:
            continue
        row = today.get(key)
        if row is None:
            found = directory.workstreams.get(conversation.workstream_id)
            # Of a closed one nothing is decided by its settings any more.
            plain = resolve(Workstream(channel="live_chat"))
            row = encode_settings(plain)[1] if found is None else found[1]
            if conversation.stage != "closed":
                of = f"of {conversation.workstream_id}" if found else "by default"
                sentences.append(f"{id_}: its settings are lost; those {of} today count from now")
        writes[key] = Write(SETTINGS, key, row)
    return list(writes.values()), sentences


class _Books:
    """The counters of one partition, and the holds that no row has."""

    def __init__(self, tables: Tables, partition: int, published: PublishedHolds) -> None:
        self.sentences: list[str] = []
        self._tables = tables
        self._published = published
        self._counters: dict[str, Counter] = {}
        self._at = format_time(tables.clock_ms or 0)
        self._context = Context(
            Directory(), lambda _: resolve(Workstream(channel="live_chat")), _intern_nothing,
            self._counter_of, partition,
        )  # fmt: skip

    def _counter_of(self, representative_id: str) -> Counter:
        found = self._counters.get(representative_id)
        if found is None:
            row = self._tables.counters.get(representative_id)
            known = self._published.counters.get(representative_id)
            if row is None and known is not None:
                found = Counter(known.sequence, known.units, dict(known.profiles))
            else:
                found = read_counter(row)
            self._counters[representative_id] = found
        return found

    def give_back(self, conversations: dict[str, Conversation]) -> list[Outgoing]:
        """Release every published hold that no row has."""
        kept = {each.hold_id(hold) for each in conversations.values() for hold in each.holds}
        outputs = []
        for hold_id, data in self._published.open.items():
            if hold_id in kept:
                continue
            origin, _, number = hold_id.rpartition(".h")
            lost = Conversation(b"", "", "", origin, "closed")
            hold = Hold(
                int(number), data.representative_id, data.role, data.units, data.profiles,
                data.forced,
            )  # fmt: skip
            lost.holds.append(hold)
            ledger = Ledger(
                lost, data.conversation_id, resolve(Workstream(channel="live_chat")),
                self._context, Cause(CAUSE),
            )  # fmt: skip
            ledger.release(hold, RULE)
            outputs += [encode_fact(fact, origin, self._at, None) for fact in ledger.released]
            who, units = data.representative_id, data.units
            self.sentences.append(
                f"{data.conversation_id}: {units} units of {who} are given back (hold {hold_id})"
            )
        return outputs

    def write(self, conversations: dict[str, Conversation]) -> list[Write]:
        """The counters as they are now, which are the sums of the rows' holds."""
        sums: dict[str, Counter] = {}
        for conversation in conversations.values():
            for hold in conversation.holds:
                held = sums.setdefault(hold.representative_id, Counter())
                held.units += hold.units
                for name in hold.profiles:
                    held.profiles[name] = held.profiles.get(name, 0) + 1
        known = sums.keys() | self._tables.counters.keys() | self._published.counters.keys()
        writes = []
        for id_ in sorted(known):
            counter, held = self._counter_of(id_), sums.get(id_, Counter())
            if (counter.units, counter.profiles) != (held.units, held.profiles):
                self.sentences.append(
                    f"{id_}: {counter.units} units were counted and {held.units} are held; the "
                    "rest was held too long ago to be given back, and their totals learn of it "
                    "with their next change here"
                )
                counter.units, counter.profiles = held.units, held.profiles
            row = encode_counter(counter)
            if self._tables.counters.get(id_) != row:
                writes.append(Write(COUNTERS, id_.encode(), row))
        return writes


def _intern_nothing(key: bytes, row: bytes) -> None:
    """No conversation begins here."""
