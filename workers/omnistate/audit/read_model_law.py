"""The law of the read model: Redis says what the topics come to, as far as it says it has come.

Beside projection workers the model moves while it is read. So offsets and counts are read first, as
of one moment, and the topics are folded up to these very offsets. Every other key is read together
with the offsets that it is of; what differs is a violation unless the topics say that the
conversation or the representative changed between the first offsets and the last ones: then it is
left alone. Offsets that go back mean that Redis was emptied: everything is looked at anew. Both
topics are compacted, so of what Redis has still to be told the former value may be gone, and
whatever is in doubt because of that is left alone, too. Not looked at: the stream, which is capped,
and the lists of what there is.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from omnistate_schemas.vocabulary import CONVERSATION_STATES, STATE_CHANGES

from omnistate.audit import model_layout as model
from omnistate.audit.findings import Findings
from omnistate.audit.model_comparison import NO_RECORD, TABLES, ModelComparison
from omnistate.audit.model_fold import find_changed
from omnistate.audit.model_source import ModelSource, Offsets
from omnistate.audit.source import TopicReader

ATTEMPTS: Final = 3
NAMES_AT_ONCE: Final = 500
# Clocks differ: around the instant at which it goes, a key may be there or not.
GRACE_MS: Final = 60_000


class WentBack(Exception):
    """Redis says less than it did before."""


async def check_read_model(
    reader: TopicReader, source: ModelSource, unfilled: AbstractSet[str], findings: Findings
) -> None:
    """Compare, and once more where Redis was emptied under way.

    `unfilled` are conversations of before there were states: Redis may know them, or not.
    """
    for _ in range(ATTEMPTS):
        try:
            await _Look(reader, source, unfilled, findings).run()
        except WentBack:
            continue
        return
    findings.leave_out("read_model", "Redis was emptied, or went back, whenever it was looked at")


class _Look:
    """One look at the whole of it."""

    def __init__(
        self,
        reader: TopicReader,
        source: ModelSource,
        unfilled: AbstractSet[str],
        findings: Findings,
    ) -> None:
        self._reader = reader
        self._source = source
        self._findings = findings
        self._comparison = ModelComparison(unfilled)
        self._offsets: Offsets = {}

    async def run(self) -> None:
        """Raises WentBack; nothing was found then."""
        now_ms, self._offsets, counts = await self._source.begin()
        if not self._offsets:
            why = "Redis has no offsets: no projection worker has filled it"
            self._findings.leave_out("read_model", why)
            return
        if any(
            topic == STATE_CHANGES and (CONVERSATION_STATES, number) not in self._offsets
            for topic, number in self._offsets
        ):
            why = "Redis is of before conversation-states: a projection worker carries it over"
            self._findings.leave_out("read_model", why)
            return
        comparison = self._comparison
        await comparison.fold(self._reader, self._offsets, now_ms - GRACE_MS)
        await self._walk()
        now_ms, offsets, _ = await self._source.begin()
        self._note(offsets)
        changed = await self._find_changed()
        await self._check_offsets()
        self._check_counts(counts, changed[CONVERSATION_STATES])
        for each in comparison.suspects:
            if each.id in changed[each.topic]:
                self._findings.counts["keys under way"] += 1
            elif each.goes_ms is None or each.goes_ms > now_ms + GRACE_MS:
                self._findings.add("read_model", *each.place, each.sentence, each.key)
        self._findings.counts["keys"] += comparison.compared

    async def _walk(self) -> None:
        """Look at every key that there is, then for those that should be there."""
        missing = self._comparison.names
        async for names in self._source.names():
            offsets, stored = await self._source.read(names)
            self._note(offsets)
            for name, each in stored.items():
                missing.discard(name)
                self._comparison.compare(name, each)
        names = sorted(missing)
        for start in range(0, len(names), NAMES_AT_ONCE):
            some = names[start : start + NAMES_AT_ONCE]
            offsets, stored = await self._source.read(some)
            self._note(offsets)
            for name in some:
                # One that a walk may have missed, had Redis moved house under way.
                self._comparison.compare(name, stored.get(name))

    def _note(self, offsets: Offsets) -> None:
        for place, offset in self._offsets.items():
            if offsets.get(place, -1) < offset:
                raise WentBack

    async def _find_changed(self) -> dict[str, set[str]]:
        """Who changed since the first offsets, to the ends of the tables."""
        return {
            topic: await find_changed(
                self._reader, topic, self._offsets, dict(enumerate(await self._reader.ends(topic)))
            )
            for topic in TABLES
        }

    async def _check_offsets(self) -> None:
        for topic in (*TABLES, STATE_CHANGES):
            ends = dict(enumerate(await self._reader.ends(topic)))
            for (of, partition), offset in self._offsets.items():
                end = ends.get(partition, 0)
                if of == topic and offset > end:
                    sentence = f"has come to {offset}, but the topic ends at {end}"
                    self._findings.add("read_model", topic, partition, end, sentence, model.OFFSETS)

    def _check_counts(self, counts: Mapping[str, str], changed: AbstractSet[str]) -> None:
        """They are of the very moment of the first offsets."""
        least, most, open_ended = self._comparison.count(changed)
        self._comparison.compared += 1
        for field in sorted({*most, *counts}):
            text = counts.get(field, "0")
            found = int(text) if text.isdecimal() else -1
            if found < least[field] or (found > most[field] and not open_ended):
                sentence = f"{field}: {found}, the topics come to {most[field]}"
                self._findings.add("read_model", *NO_RECORD, sentence, model.COUNTS)
