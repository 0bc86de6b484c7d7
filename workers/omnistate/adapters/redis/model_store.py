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

Others may write to this Redis, too. A command that a key of another type refuses is left out and
its key is told of; the rest of the batch is applied. An offset that is no number is none.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from omnistate_schemas.times import parse_time_ms
from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from omnistate.adapters.redis.redis_connection import close_client, make_client
from omnistate.adapters.redis.redis_errors import translated
from omnistate.projections.keys import COUNT, FORGET, Keys, offset_field
from omnistate.projections.read_model.conversation_effects import ModelRow
from omnistate.projections.read_model.store_ports import (
    Conflict,
    KeyReport,
    ModelBatch,
    TopicPartition,
)

# What Redis answers where the content of a key is to blame, in any of its versions.
_OTHER_TYPE: Final = "WRONGTYPE"
_OF_CONTENT: Final = (_OTHER_TYPE, "is not an integer", "would overflow", "last possible ID")
_EXPECT: Final = """\
local function offset_of(field)
  local found = redis.call('HGET', KEYS[1], field) or ''
  return #found <= 18 and string.find(found, '^%d+$') and found or ''
end
local stored = offset_of(ARGV[1])
if stored ~= ARGV[2] then return {0, stored} end
"""
APPLY: Final = f"""\
{_EXPECT}\
if ARGV[5] ~= '' and offset_of(ARGV[5]) ~= '' then return {{0, stored}} end
local spoiled = {{}}
for _, command in ipairs(cmsgpack.unpack(ARGV[4])) do
  local answer
  if command[1] == '{COUNT}' then
    local key, field, difference = command[2], command[3], command[4]
    answer = redis.pcall('HINCRBY', key, field, difference)
    if type(answer) == 'number' and answer <= 0 then redis.call('HDEL', key, field) end
  elseif command[1] == '{FORGET}' then
    if redis.call('EXISTS', unpack(command, 4)) == 0 then
      answer = redis.pcall('SREM', command[2], command[3])
    end
  else
    answer = redis.pcall(unpack(command))
  end
  if type(answer) == 'table' and answer.err then
    local known = false
    for _, words in ipairs({{{", ".join(f"'{each}'" for each in _OF_CONTENT)}}}) do
      known = known or string.find(answer.err, words, 1, true)
    end
    if not known then return answer end
    if #spoiled < 20 then spoiled[#spoiled + 1] = command[2] end
  end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return {{1, ARGV[3], spoiled}}
"""
ROWS: Final = f"""\
{_EXPECT}\
local rows = {{}}
for number, id in ipairs(cmsgpack.unpack(ARGV[4])) do
  local row = redis.pcall('HMGET', ARGV[3] .. id, 'sequence', 'status', 'workstream_id',
    'changed_at', 'detail', 'queue_id', 'representative_id', 'offered_representative_id',
    'offered_representative_ids')
  if row.err then
    if not string.find(row.err, '{_OTHER_TYPE}', 1, true) then return row end
    row = {{}}
  end
  rows[number] = row
end
return {{1, cmsgpack.pack(rows)}}
"""
_WRITTEN_ANEW: Final = "is not as the model has it: written anew, without what it was counted in"
_LEFT: Final = "is of another type, or no number: nothing is written there; delete it, or all keys"
# More digits than an offset has.
_OFFSET_DIGITS: Final = 18
# What Redis knows scripts by.
_SHAS: Final = {
    script: hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()
    for script in (APPLY, ROWS)
}
_PACK: Final = msgspec.msgpack.Encoder().encode
# Redis has false for what is not there.
_UNPACK: Final = msgspec.msgpack.Decoder(list[list[str | bool]]).decode
_UNPACK_RAW: Final = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode
_UNPACK_ROW: Final = msgspec.msgpack.Decoder(list[str | bool]).decode


class RedisStore:
    """The read model's Redis, as the projector writes to it."""

    def __init__(self, url: str, keys: Keys, report: KeyReport = lambda *_: None) -> None:
        """Nothing is connected before it is used. Raises UnusableUrl."""
        self._report = report
        self._client: Redis = make_client(url, text=False)
        self._keys = keys
        self._conversations = keys.conversation("")

    async def close(self) -> None:
        """Disconnect."""
        with translated():
            await close_client(self._client)

    async def offsets(self) -> Mapping[TopicPartition, int]:
        """The next offset of each partition that has one; what is none is left out."""
        with translated(self._keys.offsets):
            found: dict[Any, Any] = await self._client.hgetall(self._keys.offsets)
        offsets = {}
        for field, offset in found.items():
            topic, _, partition = field.rpartition(b":")
            if all(part.isdigit() and len(part) <= _OFFSET_DIGITS for part in (partition, offset)):
                name = topic.decode(errors="backslashreplace")
                offsets[TopicPartition(name, int(partition))] = int(offset)
            else:
                self._report(self._keys.offsets, "holds what is no offset: left out")
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
        rows = {}
        for id_, written in zip(conversation_ids, _unpack_rows(found), strict=True):
            try:
                row = _row_of(written)
            except ValueError:
                self._report(self._conversations + id_, _WRITTEN_ANEW)
                continue
            if row is not None:
                rows[id_] = row
        return rows

    async def apply(self, batch: ModelBatch) -> None:
        """Apply a batch and its offset, in one step. Raises Conflict."""
        without = "" if batch.without is None else offset_field(*batch.without)
        arguments = (*self._expectation(batch.place, batch.expected), str(batch.next))
        applied, stored, *spoiled = await self._call(
            APPLY, 1, *arguments, _PACK(batch.commands), without, multi=True
        )
        if not applied:
            raise Conflict(int(stored) if stored else None)
        for key in dict.fromkeys(spoiled[0]):
            self._report(key.decode(errors="backslashreplace"), _LEFT)

    def _expectation(self, place: TopicPartition, expected: int | None) -> tuple[str, str, str]:
        return self._keys.offsets, offset_field(*place), "" if expected is None else str(expected)

    async def _call(
        self, script: str, keys: int, *arguments: str | bytes, multi: bool = False
    ) -> Any:
        for _ in range(2):
            sha = _SHAS[script]
            # Only the offsets can still refuse by their type.
            with translated(self._keys.offsets):
                try:
                    async with self._client.pipeline(transaction=multi) as pipeline:
                        pipeline.evalsha(sha, keys, *arguments)
                        return (await pipeline.execute())[0]
                except NoScriptError:
                    await self._client.script_load(script)
        with translated():
            raise NoScriptError("Redis forgets scripts as soon as it has them")


def _unpack_rows(packed: bytes) -> Iterable[Sequence[str | bool]]:
    """The rows; of one that is no text, or no hash, there is nothing."""
    try:
        return _UNPACK(packed)
    except UnicodeDecodeError:
        return map(_unpack_row, _UNPACK_RAW(packed))


def _unpack_row(packed: msgspec.Raw) -> Sequence[str | bool]:
    try:
        return _UNPACK_ROW(packed)
    except UnicodeDecodeError:
        return ()


def _row_of(found: Sequence[str | bool]) -> ModelRow | None:
    """A row as the hash has it; None where there is none. Raises ValueError for another's."""
    if not found:
        raise ValueError("no hash of texts")
    sequence, status, workstream_id, changed_at, *several = [str(each or "") for each in found]
    if not any(found):
        return None
    if not (sequence and status and workstream_id and changed_at):
        raise ValueError("it lacks what each has")
    detail, queue_id, representative_id, offered_id, offered_ids = [
        each or None for each in several
    ]
    return ModelRow(
        int(sequence),
        status,
        detail,
        workstream_id,
        queue_id,
        representative_id,
        _offered(offered_id, offered_ids),
        parse_time_ms(changed_at),
    )


def _offered(first: str | None, everybody: str | None) -> tuple[str, ...]:
    """Everybody who has an offer; edition 1 knew one. Raises ValueError for another's."""
    if everybody is None:
        return () if first is None else (first,)
    try:
        return msgspec.json.decode(everybody, type=tuple[str, ...])
    except msgspec.MsgspecError:
        raise ValueError("the offers are no list of ids") from None
