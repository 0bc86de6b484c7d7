"""Everybody who is listed in the read model, in a few words each: whom a page is to be made of.

It only reads, a share at a time, so that Redis and the loop serve others in between: what it gives
is not of one moment. Every method may raise StoreUnavailable and StoreUnusable. Anybody may write
to a Redis: what is not of its kind is left out, and told of by its key.
"""

from collections.abc import AsyncIterator, Sequence
from math import isfinite
from typing import Any, Final, NamedTuple, TypeVar, get_args

import msgspec
from omnistate_schemas.envelope import ID_LENGTH_MAX
from omnistate_schemas.vocabulary import Presence
from redis.asyncio import Redis

from omnistate.adapters.redis.redis_connection import close_client, make_client
from omnistate.adapters.redis.redis_errors import is_other_type, translated
from omnistate.adapters.redis.usable_values import left_out, of_its_type
from omnistate.projections.keys import Keys, is_ambiguous
from omnistate.projections.read_model.hash_fields import UnusableFields
from omnistate.projections.read_model.store_ports import KeyReport, StoreSpoiled

# Redis does nothing else meanwhile, for a millisecond or two.
MEMBERS_AT_ONCE: Final = 500
# They answer in MessagePack, which is read many times quicker than as many answers.
REPRESENTATIVES: Final = """\
local found, rows = redis.call('SSCAN', KEYS[1], ARGV[1], 'COUNT', ARGV[2]), {}
for _, id in ipairs(found[2]) do
  local key = ARGV[3] .. id
  if redis.call('TYPE', key).ok == 'hash' then
    local row = redis.call(
      'HMGET', key, 'presence', 'assignable', 'units', 'occupied_units', 'presence_reason')
    local work = redis.pcall('SCARD', key .. ':conversations')
    local offers = redis.pcall('SCARD', key .. ':offers')
    if type(work) ~= 'number' or type(offers) ~= 'number' then work, offers = -1, -1 end
    rows[#rows + 1] = {id, row, work, offers}
  end
end
return cmsgpack.pack({found[1], rows})
"""
QUEUES: Final = """\
local found, rows = redis.call('SSCAN', KEYS[1], ARGV[1], 'COUNT', ARGV[2]), {}
for _, id in ipairs(found[2]) do
  local key = ARGV[3] .. id .. ':open'
  local first = redis.pcall('ZRANGE', key, 0, 0, 'WITHSCORES')
  if first.err then rows[#rows + 1] = {id, -1, '0'}
  elseif first[2] then rows[#rows + 1] = {id, redis.call('ZCARD', key), first[2]} end
end
return cmsgpack.pack({found[1], rows})
"""
T = TypeVar("T")
# Redis has false for a field that is not there.
_Field = str | bool
_Person = tuple[str, tuple[_Field, _Field, _Field, _Field, _Field], int, int]
_Open = tuple[str, int, str]
# A share, and one row of it: each is read by itself where one cannot be.
_PEOPLE: Final = msgspec.msgpack.Decoder(tuple[str, list[_Person]])
_PERSON: Final = msgspec.msgpack.Decoder(_Person)
_OPENS: Final = msgspec.msgpack.Decoder(tuple[str, list[_Open]])
_OPEN: Final = msgspec.msgpack.Decoder(_Open)
_ROWS: Final = msgspec.msgpack.Decoder(tuple[str, list[msgspec.Raw]])
_PRESENCES: Final = frozenset(get_args(Presence))


class ListedRepresentative(NamedTuple):
    """What a representative is found, ordered and counted by."""

    representative_id: str
    presence: str
    assignable: bool
    units: int
    occupied_units: int
    conversations: int
    offers: int
    lost: bool = False


class OpenQueue(NamedTuple):
    """A queue with open conversations, the oldest from `oldest_ms`, epoch ms; empty id: in none."""

    queue_id: str
    open: int
    oldest_ms: float


class Listings:
    """The lists of one installation."""

    def __init__(self, url: str, keys: Keys, report: KeyReport) -> None:
        """Nothing is connected before it is used. Raises UnusableUrl."""
        self._report = report
        self._client: Redis = make_client(url, text=False)
        self._keys = keys
        self._representatives = self._client.register_script(REPRESENTATIVES)
        self._queues = self._client.register_script(QUEUES)

    async def close(self) -> None:
        """Disconnect; may be called again."""
        with translated():
            await close_client(self._client)

    async def representatives(self) -> list[ListedRepresentative]:
        """Everybody whose totals are known, in no order."""
        keys = self._keys
        people: dict[str, ListedRepresentative] = {}
        scripts = self._representatives, _PEOPLE, _PERSON
        async for share in self._walk(*scripts, keys.representatives, keys.representative("")):
            for id_, row, work, offers in share:
                with left_out(keys.representative(id_), self._report):
                    _check(id_)
                    people[id_] = _person(id_, row, work, offers)
        return [each for id_, each in people.items() if not is_ambiguous(id_)]

    async def queues(self) -> list[OpenQueue]:
        """Every queue in which something is open, and what is open in none; in no order."""
        keys = self._keys
        before, _, _ = keys.queue("-").rpartition("-")
        found: dict[str, OpenQueue] = {}
        scripts = self._queues, _OPENS, _OPEN
        async for share in self._walk(*scripts, keys.queues, before):
            for id_, number, since in share:
                with left_out(keys.queue(id_), self._report):
                    _check(id_)
                    found[id_] = _queue(id_, number, since)
        with translated():
            async with self._client.pipeline(transaction=True) as pipeline:
                pipeline.zcard(keys.unqueued)
                pipeline.zrange(keys.unqueued, 0, 0, withscores=True)
                number, first = await pipeline.execute(raise_on_error=False)
            if isinstance(number, Exception) and not is_other_type(number):
                raise number
        with left_out(keys.unqueued, self._report):
            if of_its_type(number) and of_its_type(first):
                found[""] = _queue("", number, first[0][1])
        return list(found.values())

    async def _walk(
        self,
        script: Any,
        shares: "msgspec.msgpack.Decoder[tuple[str, list[T]]]",
        rows: "msgspec.msgpack.Decoder[T]",
        *names: str,
    ) -> AsyncIterator[list[T]]:
        """What the script finds, share by share; some of it may come twice."""
        listed, before = names
        cursor = ""
        while cursor != "0":
            try:
                with translated(listed):
                    answer = await script(
                        keys=[listed], args=[cursor or "0", MEMBERS_AT_ONCE, before]
                    )
            except StoreSpoiled:
                self._report(listed, "is of another type: left out")
                return
            try:
                cursor, share = shares.decode(answer)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                cursor, raw = _ROWS.decode(answer)
                share = self._decode(rows, raw, listed)
            yield share

    def _decode(
        self, rows: "msgspec.msgpack.Decoder[T]", raw: Sequence[msgspec.Raw], listed: str
    ) -> list[T]:
        found: list[T] = []
        for each in raw:
            with left_out(listed, self._report):
                found.append(rows.decode(each))
        return found


def _check(id_: str) -> None:
    if not 1 <= len(id_) <= ID_LENGTH_MAX:
        raise UnusableFields(f"an id of {len(id_)} characters")


def _person(id_: str, row: Sequence[str | bool], work: int, offers: int) -> ListedRepresentative:
    presence, assignable, units, occupied, reason = row
    if presence not in _PRESENCES:
        raise UnusableFields("presence: none of ours")
    numbers = int(units), int(occupied), work, offers
    if min(numbers) < 0:
        raise UnusableFields("units, or what they have: no number")
    lost = reason == "lost"
    return ListedRepresentative(id_, str(presence), assignable == "true", *numbers, lost)


def _queue(id_: str, number: int, since: str | float) -> OpenQueue:
    since_ms = float(since)
    if number < 0 or not isfinite(since_ms):
        raise UnusableFields("of another type, or without a time")
    return OpenQueue(id_, number, since_ms)
