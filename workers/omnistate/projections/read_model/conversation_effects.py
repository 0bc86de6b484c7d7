"""What the states of conversations change in the read model.

A state is a conversation's last change, or that it is forgotten. Sets, counts and scores follow
from it and from what the model says so far, never from a change in between, which the topic of
states need not have.

- A conversation's hash is its last change. Closed, it goes 24 hours after it closed, or once it is
  forgotten, and is not written at all where that is past. Closed conversations are in no count:
  `closed:<workstream>` knows those of the last 24 hours.
- `resolved` and `scheduled` are shown as they are: this model is for those who operate the centre.
- A queue's score is since when the conversation waits for somebody, in whichever queue that began;
  one that is in no queue is in a set of its own. So are those that are scheduled, by when they are
  due, and those that a bot or somebody outside has, by since when.
- `representative:<id>:conversations` holds what names them as `representative_id`: what they are
  offered for the first time, too; `…:offers` whatever is offered to them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from omnistate_schemas.times import DAY_MS, format_time

from omnistate.projections.keys import COUNT, Command, Keys
from omnistate.projections.read_model.output_records import Change, Forgotten

CLOSED: Final = "closed"
OPEN: Final = "open"
SCHEDULED: Final = "scheduled"
# Details with which a bot or somebody outside has it.
ELSEWHERE: Final = ("with_bot", "with_external")
KEPT_MS: Final = DAY_MS


class ModelRow(NamedTuple):
    """What the model says of a conversation, as far as sets and counts depend on it."""

    sequence: int
    status: str
    detail: str | None
    workstream_id: str
    queue_id: str | None
    representative_id: str | None
    offered_representative_ids: tuple[str, ...]
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
    def owners(self) -> tuple[str, ...]:
        """Whose work it is: of one, or of nobody."""
        nobody = self.is_closed or self.representative_id is None
        return () if nobody else (str(self.representative_id),)

    @property
    def offered(self) -> tuple[str, ...]:
        """Who has an offer of it."""
        return () if self.is_closed else self.offered_representative_ids

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
    """A conversation within a batch: only where it stands at the end is written."""

    __slots__ = ("fields", "former", "listed_ms", "row", "touched")

    def __init__(self, former: ModelRow | None) -> None:
        self.former = self.row = former
        self.listed_ms = 0
        self.fields: dict[str, str] = {}
        self.touched = False

    def take(self, state: Change | Forgotten) -> bool:
        """Whether the state is news."""
        if isinstance(state, Forgotten):
            self.row, self.fields = None, {}
        else:
            # A partition's time never goes back; sequences do, where an id is used again.
            if self.row is not None and state.time_ms < self.row.changed_ms:
                return False
            self.row, self.fields = ModelRow(*state[1:9]), state.fields
            self.listed_ms = state.listed_ms
        self.touched = True
        return True


def project_states(
    keys: Keys,
    states: Iterable[Change | Forgotten],
    rows: Mapping[str, ModelRow],
    now_ms: int,
    beside: Sequence[Command] = (),
) -> ModelEffects:
    """What the states come to, in the order of their partition, over what the model says so far.

    `beside` are commands that belong to the same batch, and must not be carried out twice.
    """
    pending: dict[str, _Pending] = {}
    applied = skipped = 0
    for state in states:
        id_ = state.conversation_id
        if id_ not in pending:
            pending[id_] = _Pending(rows.get(id_))
        if pending[id_].take(state):
            applied += 1
        else:
            skipped += 1
    commands: list[Command] = []
    counts: dict[str, int] = {}
    for id_, each in pending.items():
        if not each.touched:
            continue
        commands += _hash(keys, id_, each.row, each.fields, now_ms)
        commands += _index(keys, id_, each)
        commands += _closing(keys, id_, each.former, each.row, now_ms)
        for row, difference in ((each.former, -1), (each.row, 1)):
            if row is not None and row.counted_as is not None:
                counts[row.counted_as] = counts.get(row.counted_as, 0) + difference
    # The last ones are those that must not be done twice, should Redis refuse one before them.
    commands += beside
    commands += [(COUNT, keys.counts, field, str(n)) for field, n in counts.items() if n]
    return ModelEffects(commands, applied, skipped)


def _hash(
    keys: Keys, id_: str, row: ModelRow | None, members: Mapping[str, str], now_ms: int
) -> list[Command]:
    key = keys.conversation(id_)
    if row is None or (row.is_closed and row.changed_ms + KEPT_MS <= now_ms):
        return [("DEL", key)]
    fields = {**members, "changed_at": format_time(row.changed_ms)}
    pairs = [part for pair in fields.items() for part in pair]
    # Deleted first: a field that has become null must go, and so must an expiry.
    written: list[Command] = [("DEL", key), ("HSET", key, *pairs)]
    if row.is_closed:
        written.append(("PEXPIREAT", key, str(row.changed_ms + KEPT_MS)))
    return written


def _index(keys: Keys, id_: str, pending: _Pending) -> list[Command]:
    former, row = pending.former, pending.row
    commands: list[Command] = []
    before, after = _list_of(keys, former), _list_of(keys, row)
    if former is not None and before is not None and before != after:
        commands.append(("ZREM", before, id_))
        if former.queue:
            commands.append(keys.forget_queue(former.queue))
    if row is not None and after is not None:
        # Written always: it may have left the queue and come back within the batch.
        commands.append(("ZADD", after, str(pending.listed_ms), id_))
        if row.queue:
            commands.append(("SADD", keys.queues, row.queue))
    for had, have, key in (
        (former.owners if former else (), row.owners if row else (), keys.work),
        (former.offered if former else (), row.offered if row else (), keys.offers),
    ):
        for who in dict.fromkeys(had):
            if who not in have:
                commands.append(("SREM", key(who), id_))
                commands.append(keys.forget_representative(who))
        for who in dict.fromkeys(have):
            if who not in had:
                commands.append(("SADD", key(who), id_))
                commands.append(("SADD", keys.representatives, who))
    return commands


def _list_of(keys: Keys, row: ModelRow | None) -> str | None:
    """The sorted set that it is in: of those that wait, are scheduled, or nobody of ours has."""
    if row is None or row.is_closed:
        return None
    if row.queue is not None:
        return keys.queue(row.queue)
    if row.status == SCHEDULED:
        return keys.scheduled
    return keys.elsewhere(row.detail) if row.detail in ELSEWHERE else None


def _closing(
    keys: Keys, id_: str, former: ModelRow | None, row: ModelRow | None, now_ms: int
) -> list[Command]:
    if row is not None and row.is_closed and row.changed_ms + KEPT_MS > now_ms:
        key = keys.closed(row.workstream_id)
        return [
            ("ZADD", key, str(row.changed_ms), id_),
            ("ZREMRANGEBYSCORE", key, "-inf", str(now_ms - KEPT_MS)),
            ("SADD", keys.workstreams, row.workstream_id),
        ]
    if former is not None and former.is_closed:
        return [("ZREM", keys.closed(former.workstream_id), id_)]
    return []
