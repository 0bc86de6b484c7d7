"""The law of the read model: Redis says what the topics come to, as far as it says it has come.

Beside projection workers the model moves while it is read. So offsets and counts are read first, as
of one moment, and the topics are folded up to these very offsets. Every other key is read together
with the offsets that it is of; what differs is a violation unless the topics say that the
conversation or the representative changed between the first offsets and the last ones: then it is
left alone. Offsets that go back mean that Redis was emptied: everything is looked at anew. Not
looked at: the stream, which is capped, and the lists of what there is.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from omnistate_schemas.vocabulary import REPRESENTATIVE_CAPACITY, STATE_CHANGES

from omnistate.audit import model_layout as model
from omnistate.audit.findings import Findings
from omnistate.audit.model_fold import (
    CLOSED,
    KEPT_MS,
    Known,
    Told,
    digest_of,
    find_changed,
    fold_capacities,
    fold_changes,
)
from omnistate.audit.model_source import ModelSource, Offsets, Stored, Value
from omnistate.audit.source import TopicReader
from omnistate.stream.partitioning import partition_of

ATTEMPTS: Final = 3
NAMES_AT_ONCE: Final = 500
# Clocks differ: around the instant at which it goes, a key may be there or not.
GRACE_MS: Final = 60_000
NO_RECORD: Final = ("", -1, -1)


class WentBack(Exception):
    """Redis says less than it did before."""


class Suspect(NamedTuple):
    """A difference, unless its conversation or representative changed, or went, meanwhile."""

    topic: str
    id: str
    place: tuple[str, int, int]
    key: str
    sentence: str
    goes_ms: int | None = None


async def check_read_model(reader: TopicReader, source: ModelSource, findings: Findings) -> None:
    """Compare, and once more where Redis was emptied under way."""
    for _ in range(ATTEMPTS):
        try:
            await _Comparison(reader, source, findings).run()
        except WentBack:
            continue
        return
    findings.leave_out("read_model", "Redis was emptied, or went back, whenever it was looked at")


class _Comparison:
    """One look at the whole of it."""

    def __init__(self, reader: TopicReader, source: ModelSource, findings: Findings) -> None:
        self._reader = reader
        self._source = source
        self._findings = findings
        self._offsets: Offsets = {}
        self._latest: dict[tuple[str, int], int] = {}
        self._suspects: list[Suspect] = []
        self._known: dict[str, Known] = {}
        self._told: dict[str, Told] = {}
        self._index: dict[str, model.Members] = {}
        self._hashes: dict[str, str] = {}
        self._lacking: list[bool] = []
        # Which partitions of the table have more than Redis was told.
        self._more: list[bool] = []
        self._keys = 0

    async def run(self) -> None:
        """Raises WentBack; nothing was found then."""
        now_ms, self._offsets, counts = await self._source.begin()
        if not self._offsets:
            why = "Redis has no offsets: no projection worker has filled it"
            self._findings.leave_out("read_model", why)
            return
        self._latest = dict(self._offsets)
        await self._fold(now_ms)
        await self._walk()
        now_ms, offsets, _ = await self._source.begin()
        self._note(offsets)
        changed = await self._find_changed()
        await self._check_offsets()
        self._check_counts(counts)
        for each in self._suspects:
            if each.id in changed[each.topic]:
                self._findings.counts["keys under way"] += 1
            elif each.goes_ms is None or each.goes_ms > now_ms + GRACE_MS:
                self._findings.add("read_model", *each.place, each.sentence, each.key)
        self._findings.counts["keys"] += self._keys

    async def _fold(self, now_ms: int) -> None:
        reader = self._reader
        self._known = await fold_changes(reader, self._offsets, now_ms - GRACE_MS)
        self._told = await fold_capacities(reader, self._offsets)
        # Asked for afterwards: what retention takes meanwhile is missing in the fold, too.
        self._lacking = [start > 0 for start in await reader.beginnings(STATE_CHANGES)]
        self._more = [
            self._offsets.get((REPRESENTATIVE_CAPACITY, number), 0) < end
            for number, end in enumerate(await reader.ends(REPRESENTATIVE_CAPACITY))
        ]
        self._index = model.index(self._known)
        self._hashes = model.name_hashes(self._told)

    async def _walk(self) -> None:
        """Look at every key that there is, then for those that should be there."""
        missing = {*self._index, *self._hashes}
        missing.update(f"{model.CONVERSATION}{id_}" for id_ in self._known)
        async for names in self._source.names():
            offsets, stored = await self._source.read(names)
            self._note(offsets)
            for name, each in stored.items():
                missing.discard(name)
                self._compare(name, each)
        names = sorted(missing)
        for start in range(0, len(names), NAMES_AT_ONCE):
            some = names[start : start + NAMES_AT_ONCE]
            offsets, stored = await self._source.read(some)
            self._note(offsets)
            for name in some:
                # One that a walk may have missed, had Redis moved house under way.
                self._compare(name, stored.get(name))

    def _note(self, offsets: Offsets) -> None:
        for place, offset in self._offsets.items():
            if offsets.get(place, -1) < offset:
                raise WentBack
        for place, offset in offsets.items():
            self._latest[place] = max(offset, self._latest.get(place, 0))

    def _compare(self, name: str, stored: Stored | None) -> None:
        self._keys += 1
        if name.startswith(model.CONVERSATION):
            self._compare_conversation(name, stored)
        elif model.is_index(name):
            self._compare_index(name, {} if stored is None else stored[0])
        elif name.startswith(model.REPRESENTATIVE):
            self._compare_representative(name, stored)

    def _compare_conversation(self, name: str, stored: Stored | None) -> None:
        id_ = name.removeprefix(model.CONVERSATION)
        known = self._known.get(id_)
        if known is None:
            if not self._is_beyond(id_):
                self._suspect(STATE_CHANGES, id_, name, "the topic knows no such conversation")
            return
        goes_ms = known.at_ms + KEPT_MS if known.status == CLOSED else None
        if stored is None:
            self._suspect(STATE_CHANGES, id_, name, "is missing", goes_ms)
            return
        value, expires_ms = stored
        if not isinstance(value, Mapping) or digest_of(value) != known.digest:
            self._suspect(STATE_CHANGES, id_, name, f"is not what change {known.sequence} says")
        elif expires_ms != goes_ms:
            sentence = f"goes at {expires_ms}, and should at {goes_ms}"
            self._suspect(STATE_CHANGES, id_, name, sentence, goes_ms)

    def _compare_index(self, name: str, value: Value) -> None:
        expected = self._index.get(name, {})
        found = value if isinstance(value, Mapping) else dict.fromkeys(value)
        for id_ in sorted({*expected, *found}):
            goes_ms = None
            if name.startswith(model.CLOSED_OF):
                # Those of longer ago stay until the next one closes.
                score = found.get(id_)
                at_ms = expected.get(id_) or (score if isinstance(score, float | int) else 0)
                goes_ms = round(at_ms) + KEPT_MS
            if id_ not in found:
                sentence = "a conversation is missing that belongs there"
                self._suspect(STATE_CHANGES, id_, name, sentence, goes_ms)
            elif id_ not in expected:
                if id_ in self._known or not self._is_beyond(id_):
                    sentence = f"{model.CONVERSATION}{id_} does not belong there"
                    self._suspect(STATE_CHANGES, id_, name, sentence, goes_ms)
            elif expected[id_] is not None and expected[id_] != found[id_]:
                sentence = f"a conversation is there since {found[id_]}, not {expected[id_]}"
                self._suspect(STATE_CHANGES, id_, name, sentence, goes_ms)

    def _compare_representative(self, name: str, stored: Stored | None) -> None:
        who = name.removeprefix(model.REPRESENTATIVE)
        told = self._told.get(who)
        if told is None:
            # Compaction may have taken what Redis was told, if there is more to be told.
            if not self._more[partition_of(who.encode(), len(self._more))]:
                sentence = "nothing is published of this representative"
                self._suspect(REPRESENTATIVE_CAPACITY, who, name, sentence)
        elif stored is None:
            self._suspect(REPRESENTATIVE_CAPACITY, who, name, "is missing")
        elif not isinstance(stored[0], Mapping) or digest_of(stored[0]) != told.digest:
            self._suspect(REPRESENTATIVE_CAPACITY, who, name, "is not what was published")
        elif stored[1] is not None:
            self._suspect(REPRESENTATIVE_CAPACITY, who, name, "must not expire")

    def _suspect(
        self, topic: str, id_: str, key: str, sentence: str, goes_ms: int | None = None
    ) -> None:
        """The record that says otherwise is the last one of whom it is about, if there is any."""
        last = (self._known if topic == STATE_CHANGES else self._told).get(id_)
        place = NO_RECORD if last is None else (topic, last.partition, last.offset)
        self._suspects.append(Suspect(topic, id_, place, key, sentence, goes_ms))

    def _is_beyond(self, conversation_id: str) -> bool:
        """Whether it may be one whose changes retention has taken."""
        return self._lacking[partition_of(conversation_id.encode(), len(self._lacking))]

    async def _find_changed(self) -> dict[str, set[str]]:
        """Who changed since the first offsets: to the last ones, or, of the table, to its end."""
        reader, found = self._reader, {}
        for topic in (STATE_CHANGES, REPRESENTATIVE_CAPACITY):
            ends: Sequence[int] = await reader.ends(topic)
            until = dict(enumerate(ends))
            if topic == STATE_CHANGES:
                latest = {number: self._latest.get((topic, number), 0) for number in until}
                until = {number: min(end, latest[number]) for number, end in until.items()}
            found[topic] = await find_changed(reader, topic, self._offsets, until)
        return found

    async def _check_offsets(self) -> None:
        for topic in (STATE_CHANGES, REPRESENTATIVE_CAPACITY):
            ends = dict(enumerate(await self._reader.ends(topic)))
            for (of, partition), offset in self._offsets.items():
                end = ends.get(partition, 0)
                if of == topic and offset > end:
                    sentence = f"has come to {offset}, but the topic ends at {end}"
                    self._findings.add("read_model", topic, partition, end, sentence, model.OFFSETS)

    def _check_counts(self, counts: Mapping[str, str]) -> None:
        """They are of the very moment of the first offsets, so nothing can have changed."""
        expected = model.count(self._known)
        self._keys += 1
        for field in sorted({*expected, *counts}):
            text = counts.get(field, "0")
            found = int(text) if text.isdecimal() else -1
            if found < expected[field] or (found > expected[field] and not any(self._lacking)):
                sentence = f"{field}: {found}, the topics come to {expected[field]}"
                self._findings.add("read_model", *NO_RECORD, sentence, model.COUNTS)
