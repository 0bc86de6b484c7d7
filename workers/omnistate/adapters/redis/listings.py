"""Everybody who is listed in the read model, in a few words each: whom a page is to be made of.

It only reads, a share at a time, so that Redis and the loop serve others in between: what it gives
is not of one moment. Every method may raise StoreUnavailable, StoreUnusable and UnusableFields.
"""

from collections.abc import AsyncIterator
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
from omnistate_schemas.envelope import ID_LENGTH_MAX
from redis.asyncio import Redis

from omnistate.adapters.redis.redis_connection import close_client, make_client
from omnistate.adapters.redis.redis_errors import translated
from omnistate.projections.keys import Keys, is_ambiguous
from omnistate.projections.read_model.hash_fields import UnusableFields

# Members in one go: Redis does nothing else meanwhile, for a millisecond or two.
SHARE: Final = 500
# They answer in MessagePack, which is read many times quicker than as many answers.
REPRESENTATIVES: Final = """\
local found, rows = redis.call('SSCAN', KEYS[1], ARGV[1], 'COUNT', ARGV[2]), {}
for _, id in ipairs(found[2]) do
  local key = ARGV[3] .. id
  if redis.call('TYPE', key).ok == 'hash' then
    local row = redis.call('HMGET', key, 'presence', 'assignable', 'units', 'occupied_units')
    local work = redis.call('SCARD', key .. ':conversations')
    rows[#rows + 1] = {id, row, work, redis.call('SCARD', key .. ':offers')}
  end
end
return cmsgpack.pack({found[1], rows})
"""
QUEUES: Final = """\
local found, rows = redis.call('SSCAN', KEYS[1], ARGV[1], 'COUNT', ARGV[2]), {}
for _, id in ipairs(found[2]) do
  local key = ARGV[3] .. id .. ':open'
  local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  if first[2] then rows[#rows + 1] = {id, redis.call('ZCARD', key), first[2]} end
end
return cmsgpack.pack({found[1], rows})
"""
T = TypeVar("T")
# Redis has false for a field that is not there.
_Person = tuple[str, tuple[str | bool, str | bool, str | bool, str | bool], int, int]
_PEOPLE: Final = msgspec.msgpack.Decoder(tuple[str, list[_Person]])
_OPEN: Final = msgspec.msgpack.Decoder(tuple[str, list[tuple[str, int, str]]])


class Person(NamedTuple):
    """What a representative is found, ordered and counted by."""

    representative_id: str
    presence: str
    assignable: bool
    units: int
    occupied_units: int
    conversations: int
    offers: int


class OpenQueue(NamedTuple):
    """A queue in which conversations are open; the empty id stands for those in none."""

    queue_id: str
    open: int
    oldest_ms: float


class Listings:
    """The lists of one installation."""

    def __init__(self, url: str, keys: Keys) -> None:
        """Nothing is connected before it is used. Raises UnusableUrl."""
        self._client: Redis = make_client(url, text=False)
        self._keys = keys
        self._representatives = self._client.register_script(REPRESENTATIVES)
        self._queues = self._client.register_script(QUEUES)

    async def close(self) -> None:
        """Disconnect; may be called again."""
        with translated():
            await close_client(self._client)

    async def representatives(self) -> list[Person]:
        """Everybody whose totals are known, in no order."""
        keys = self._keys
        people: dict[str, Person] = {}
        shares = self._walk(
            self._representatives, _PEOPLE, keys.representatives, keys.representative("")
        )
        try:
            async for share in shares:
                for id_, (presence, assignable, units, occupied), work, offers in share:
                    _check("representatives", id_)
                    numbers = int(units), int(occupied), work, offers
                    people[id_] = Person(id_, str(presence), assignable == "true", *numbers)
        except UnusableFields:
            raise
        except ValueError:
            raise UnusableFields("representatives: units are no number") from None
        return [each for id_, each in people.items() if not is_ambiguous(id_)]

    async def queues(self) -> list[OpenQueue]:
        """Every queue in which something is open, and what is open in none; in no order."""
        keys = self._keys
        before, _, _ = keys.queue("-").rpartition("-")
        found: dict[str, OpenQueue] = {}
        try:
            async for share in self._walk(self._queues, _OPEN, keys.queues, before):
                for id_, open_, since in share:
                    _check("queues", id_)
                    found[id_] = OpenQueue(id_, open_, float(since))
        except UnusableFields:
            raise
        except ValueError:
            raise UnusableFields("queues: a score is no number") from None
        with translated():
            async with self._client.pipeline(transaction=True) as pipeline:
                pipeline.zcard(keys.unqueued)
                pipeline.zrange(keys.unqueued, 0, 0, withscores=True)
                number, first = await pipeline.execute()
        if first:
            found[""] = OpenQueue("", number, float(first[0][1]))
        return list(found.values())

    async def _walk(
        self, script: Any, decoder: "msgspec.msgpack.Decoder[tuple[str, list[T]]]", *names: str
    ) -> AsyncIterator[list[T]]:
        """What the script finds, share by share; some of it may come twice."""
        listed, before = names
        cursor = ""
        while cursor != "0":
            with translated():
                answer = await script(keys=[listed], args=[cursor or "0", SHARE, before])
            try:
                cursor, share = decoder.decode(answer)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                raise UnusableFields(f"{listed}: {type(error).__name__}") from None
            yield share


def _check(listed: str, id_: str) -> None:
    if not 1 <= len(id_) <= ID_LENGTH_MAX:
        raise UnusableFields(f"{listed}: an id of {len(id_)} characters")
