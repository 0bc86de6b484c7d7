"""What changes of conversations change in the read model.

The sets and counts follow from the difference between what the model says of a conversation and
what it shall say, never from who or which queue it says was there before: so a model that is
rebuilt from a topic whose beginning is gone comes out right.

- A conversation's hash is its last change. Closed, it goes 24 hours after it closed, and is not
  written at all where that is past. Closed conversations are in no count: `closed:<workstream>`
  knows those of the last 24 hours.
- `resolved` and `scheduled` are shown as they are: this model is for those who operate the centre.
- A queue's score is when the conversation became open, whichever queue it was in then; one that is
  in no queue is in a set of its own.
- `representative:<id>:conversations` holds what names them as `representative_id`: what they are
  offered for the first time, too.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from omnistate_schemas.times import DAY_MS, format_time

from omnistate.projections.keys import COUNT, Command, Keys
from omnistate.projections.read_model.output_records import Change, flatten

CLOSED: Final = "closed"
OPEN: Final = "open"
KEPT_MS: Final = DAY_MS
# The stream is for live boards; who wants more reads the topic.
STREAM_LENGTH: Final = 10_000


class ModelRow(NamedTuple):
    """What the model says of a conversation, as far as sets and counts depend on it."""

    sequence: int
    status: str
    workstream_id: str
    queue_id: str | None
    representative_id: str | None
    offered_representative_id: str | None
    changed_ms: int

    @property
    def is_closed(self) -> bool:
        """Whether nobody has it, waits for it or counts it any more."""
        return self.status == CLOSED

    @property
    def queue(self) -> str | None:
        """The queue that it waits in; the empty one is none."""
        return (self.queue_id or "") if self.status == OPEN else None

    @property
    def owner(self) -> str | None:
        """Whose work it is."""
        return None if self.is_closed else self.representative_id

    @property
    def offered(self) -> str | None:
        """Who has an offer of it."""
        return None if self.is_closed else self.offered_representative_id

    @property
    def counted_as(self) -> str | None:
        """The field that counts it."""
        return None if self.is_closed else f"{self.workstream_id}:{self.status}"


class ModelEffects(NamedTuple):
    """What records come to: the commands, and how many records led to them or did not."""

    commands: list[Command]
    applied: int
    skipped: int


class _Pending:
    """A conversation within a batch: only its last change is written."""

    __slots__ = ("former", "open_since_ms", "row", "text")

    def __init__(self, former: ModelRow | None) -> None:
        self.former = self.row = former
        # Where it came into its queue within this batch.
        self.open_since_ms: int | None = None
        self.text = ""

    def take(self, change: Change) -> bool:
        """Whether the change is news."""
        if not _is_newer(change, self.row):
            return False
        row = ModelRow(*change[1:8])
        if row.queue is not None and (self.row is None or self.row.queue != row.queue):
            self.open_since_ms = change.since_ms
        self.row, self.text = row, change.text
        return True


def project_changes(
    keys: Keys,
    changes: Iterable[Change],
    rows: Mapping[str, ModelRow],
    now_ms: int,
    stream_from: int = 0,
) -> ModelEffects:
    """What the changes come to, in the order of their partition, over what the model says so far.

    Changes from offset `stream_from` on are also put into the stream.
    """
    pending: dict[str, _Pending] = {}
    stream: list[Command] = []
    applied = skipped = 0
    for change in changes:
        id_ = change.conversation_id
        if id_ not in pending:
            pending[id_] = _Pending(rows.get(id_))
        if not pending[id_].take(change):
            skipped += 1
            continue
        applied += 1
        if change.offset >= stream_from:
            length = str(STREAM_LENGTH)
            stream.append(("XADD", keys.changes, "MAXLEN", "~", length, "*", "event", change.text))
    commands: list[Command] = []
    counts: dict[str, int] = {}
    for id_, each in pending.items():
        if each.row is not None and each.text:
            commands += _hash(keys, id_, each.row, each.text, now_ms)
            commands += _index(keys, id_, each, each.row)
            commands += _closing(keys, id_, each.former, each.row, now_ms)
            for row, difference in ((each.former, -1), (each.row, 1)):
                if row is not None and row.counted_as is not None:
                    counts[row.counted_as] = counts.get(row.counted_as, 0) + difference
    # The last ones are those that must not be done twice, should Redis refuse one before them.
    commands += stream
    commands += [(COUNT, keys.counts, field, str(n)) for field, n in counts.items() if n]
    return ModelEffects(commands, applied, skipped)


def _is_newer(change: Change, row: ModelRow | None) -> bool:
    """A conversation that closed may begin anew under its id, once the engine has forgotten it."""
    if row is None or change.sequence > row.sequence:
        return True
    return row.is_closed and change.sequence == 1 and change.time_ms >= row.changed_ms


def _hash(keys: Keys, id_: str, row: ModelRow, text: str, now_ms: int) -> list[Command]:
    key = keys.conversation(id_)
    expires_ms = row.changed_ms + KEPT_MS
    if row.is_closed and expires_ms <= now_ms:
        return [("DEL", key)]
    fields = flatten(text) | {"changed_at": format_time(row.changed_ms)}
    pairs = [part for pair in fields.items() for part in pair]
    # Deleted first: a field that has become null must go, and so must an expiry.
    written: list[Command] = [("DEL", key), ("HSET", key, *pairs)]
    return [*written, ("PEXPIREAT", key, str(expires_ms))] if row.is_closed else written


def _index(keys: Keys, id_: str, pending: _Pending, row: ModelRow) -> list[Command]:
    former = pending.former
    commands: list[Command] = []
    if former is not None and former.queue is not None and former.queue != row.queue:
        commands.append(("ZREM", keys.queue(former.queue), id_))
    if row.queue is not None and pending.open_since_ms is not None:
        commands.append(("ZADD", keys.queue(row.queue), str(pending.open_since_ms), id_))
        if row.queue:
            commands.append(("SADD", keys.queues, row.queue))
    for before, after, key in (
        (former and former.owner, row.owner, keys.work),
        (former and former.offered, row.offered, keys.offers),
    ):
        if before == after:
            continue
        if before is not None:
            commands.append(("SREM", key(before), id_))
        if after is not None:
            commands.append(("SADD", key(after), id_))
            commands.append(("SADD", keys.representatives, after))
    return commands


def _closing(
    keys: Keys, id_: str, former: ModelRow | None, row: ModelRow, now_ms: int
) -> list[Command]:
    if row.is_closed and row.changed_ms + KEPT_MS > now_ms:
        key = keys.closed(row.workstream_id)
        return [
            ("ZADD", key, str(row.changed_ms), id_),
            ("ZREMRANGEBYSCORE", key, "-inf", str(now_ms - KEPT_MS)),
            ("SADD", keys.workstreams, row.workstream_id),
        ]
    if former is not None and former.is_closed:
        return [("ZREM", keys.closed(former.workstream_id), id_)]
    return []
