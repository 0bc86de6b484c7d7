"""The port `Store` on Redis: each batch is one MULTI with its data and its offset.

Within the MULTI there is one script. It looks whether `omnistate:offsets` still says what the batch
expects, and only then applies the commands and moves the offset. Why a script, and not WATCH: the
offsets of all partitions are one hash, so that under WATCH every worker's batch would fail every
other worker's, whatever their partitions; and a condition that is sent with the batch holds for a
batch, too, that a worker which was stopped for an hour sends as soon as it wakes up.

Redis has a script until it restarts or is told to forget it. Then the answer is NOSCRIPT, nothing
was applied (there is nothing else in the MULTI), and the script is loaded and the batch sent again.

The commands travel as one MessagePack text, which is several times quicker to write than as many
arguments, and which every Redis can read.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from omnistate_schemas.times import parse_time_ms
from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from omnistate.adapters.redis.redis_connection import close_client, make_client
from omnistate.adapters.redis.redis_errors import translated
from omnistate.projections.keys import COUNT, FORGET, Keys, offset_field
from omnistate.projections.read_model.conversation_effects import ModelRow
from omnistate.projections.read_model.store_ports import Conflict, ModelBatch, TopicPartition

APPLY: Final = f"""\
local stored = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if stored ~= ARGV[2] then return {{0, stored}} end
if ARGV[5] ~= '' and redis.call('HEXISTS', KEYS[1], ARGV[5]) == 1 then return {{0, stored}} end
for _, command in ipairs(cmsgpack.unpack(ARGV[4])) do
  if command[1] == '{COUNT}' then
    local key, field, difference = command[2], command[3], command[4]
    if redis.call('HINCRBY', key, field, difference) <= 0 then redis.call('HDEL', key, field) end
  elseif command[1] == '{FORGET}' then
    if redis.call('EXISTS', unpack(command, 4)) == 0 then
      redis.call('SREM', command[2], command[3])
    end
  else
    redis.call(unpack(command))
  end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return {{1, ARGV[3]}}
"""
ROWS: Final = """\
local stored = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if stored ~= ARGV[2] then return {0, stored} end
local rows = {}
for number, id in ipairs(cmsgpack.unpack(ARGV[4])) do
  rows[number] = redis.call('HMGET', ARGV[3] .. id, 'sequence', 'status', 'workstream_id',
    'queue_id', 'representative_id', 'offered_representative_id', 'changed_at')
end
return {1, cmsgpack.pack(rows)}
"""
# What Redis knows scripts by.
_SHAS: Final = {
    script: hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()
    for script in (APPLY, ROWS)
}
_PACK: Final = msgspec.msgpack.Encoder().encode
# Redis has false for what is not there.
_UNPACK: Final = msgspec.msgpack.Decoder(list[list[str | bool]]).decode


class RedisStore:
    """The read model's Redis, as the projector writes to it."""

    def __init__(self, url: str, keys: Keys) -> None:
        """Nothing is connected before it is used. Raises UnusableUrl."""
        self._client: Redis = make_client(url, text=False)
        self._keys = keys
        self._conversations = keys.conversation("")

    async def close(self) -> None:
        """Disconnect."""
        with translated():
            await close_client(self._client)

    async def offsets(self) -> Mapping[TopicPartition, int]:
        """The next offset of each partition that has one."""
        with translated():
            found: dict[Any, Any] = await self._client.hgetall(self._keys.offsets)
        offsets = {}
        for field, offset in found.items():
            topic, _, partition = field.decode().rpartition(":")
            offsets[TopicPartition(topic, int(partition))] = int(offset)
        return offsets

    async def rows(
        self, place: TopicPartition, expected: int | None, conversation_ids: Sequence[str]
    ) -> Mapping[str, ModelRow]:
        """What the model says of these conversations, without those that it does not know.

        Raises Conflict. Were rows read of a later state than the batch's, and Redis set back before
        the batch came, its offset would fit and its differences would not.
        """
        if not conversation_ids:
            return {}
        arguments = (*self._expectation(place, expected), self._conversations)
        read, found = await self._call(ROWS, 1, *arguments, _PACK(list(conversation_ids)))
        if not read:
            raise Conflict(int(found) if found else None)
        rows = zip(conversation_ids, map(_row_of, _UNPACK(found)), strict=True)
        return {id_: row for id_, row in rows if row is not None}

    async def apply(self, batch: ModelBatch) -> None:
        """Apply a batch and its offset, in one step. Raises Conflict."""
        without = "" if batch.without is None else offset_field(*batch.without)
        arguments = (*self._expectation(batch.place, batch.expected), str(batch.next))
        applied, stored = await self._call(
            APPLY, 1, *arguments, _PACK(batch.commands), without, multi=True
        )
        if not applied:
            raise Conflict(int(stored) if stored else None)

    def _expectation(self, place: TopicPartition, expected: int | None) -> tuple[str, str, str]:
        return self._keys.offsets, offset_field(*place), "" if expected is None else str(expected)

    async def _call(
        self, script: str, keys: int, *arguments: str | bytes, multi: bool = False
    ) -> Any:
        for _ in range(2):
            sha = _SHAS[script]
            with translated():
                try:
                    async with self._client.pipeline(transaction=multi) as pipeline:
                        pipeline.evalsha(sha, keys, *arguments)
                        return (await pipeline.execute())[0]
                except NoScriptError:
                    await self._client.script_load(script)
        with translated():
            raise NoScriptError("Redis forgets scripts as soon as it has them")


def _row_of(found: Sequence[str | bool]) -> ModelRow | None:
    """A row as the hash has it; None for one that is not there, or that lacks what each has."""
    sequence, status, workstream_id, *several, changed_at = [str(each or "") for each in found]
    if not (sequence and status and workstream_id and changed_at):
        return None
    queue_id, representative_id, offered_id = [each or None for each in several]
    return ModelRow(
        int(sequence),
        status,
        workstream_id,
        queue_id,
        representative_id,
        offered_id,
        parse_time_ms(changed_at),
    )
