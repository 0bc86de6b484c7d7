"""Batches that nobody can read: named by the audit, which goes on with the rest.

One that was passed over, so that a dead letter stands for it, is a note; one that was not is a
finding. On a configuration topic it is a note: nobody goes by it, and `omnistate config apply`
writes over it. It decides nothing about the records of other batches.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from omnistate_schemas.vocabulary import DEAD_LETTERS

from omnistate.audit.audit_layout import Layout
from omnistate.audit.cut import Cut
from omnistate.audit.findings import Findings
from omnistate.audit.input_beginnings import read_origin
from omnistate.audit.source import TopicReader
from omnistate.stream.ports import Record, UnreadableRecord

Place = tuple[str, int, int]


class UnreadableBatches:
    """A reader that keeps such batches from whoever could not do anything with them."""

    def __init__(self, reader: TopicReader) -> None:
        """Nothing is read yet."""
        self._reader = reader
        self._inputs: frozenset[str] = frozenset()
        self._configuration: frozenset[str] = frozenset()
        self._found: dict[Place, str] = {}
        self._passed: set[Place] = set()
        self.partitions = reader.partitions
        self.beginnings = reader.beginnings
        self.ends = reader.ends
        self.committed = reader.committed

    def know(self, layout: Layout) -> None:
        """Hand such batches of inputs on: a replay makes a dead letter of each."""
        self._inputs = frozenset(layout.inputs)
        self._configuration = frozenset(layout.configuration)

    async def records(
        self, topic: str, partition: int, start: int, end: int
    ) -> AsyncGenerator[Sequence[Record], None]:
        """The same records, without stand-ins but those of inputs."""
        async with aclosing(self._reader.records(topic, partition, start, end)) as chunks:
            async for chunk in chunks:
                if topic == DEAD_LETTERS:
                    self._look_for_passed(chunk)
                # Nothing comes behind it in one chunk.
                last = chunk[-1]
                if isinstance(last, UnreadableRecord):
                    self._found[topic, partition, last.first_offset] = last.problem
                    if topic not in self._inputs:
                        if len(chunk) > 1:
                            yield chunk[:-1]
                        continue
                yield chunk

    def _look_for_passed(self, chunk: Sequence[Record]) -> None:
        for record in chunk:
            headers = dict(record.headers)
            if headers.get("omnistate-error") == b"unreadable":
                origin = read_origin(headers.get("omnistate-origin"))
                if origin is not None:
                    self._passed.add(origin)

    async def look_at_what_is_next(self, layout: Layout, cut: Cut) -> None:
        """Whether a partition stands at such a batch."""
        for topic in layout.inputs:
            for partition, end in enumerate(await self.ends(topic)):
                start = max(cut.offset(partition, topic), layout.beginning(topic, partition))
                async with aclosing(self.records(topic, partition, start, end)) as chunks:
                    await anext(chunks, None)

    def conclude(self, findings: Findings) -> None:
        """Name each."""
        for place, problem in sorted(self._found.items()):
            topic, partition, _ = place
            if topic in self._configuration:
                findings.note(
                    f"{topic}/{partition}: cannot be read, and nobody goes by it: {problem}; "
                    "omnistate config apply writes over it"
                )
            elif place in self._passed:
                findings.note(f"{topic}/{partition}: passed over what cannot be read, {problem}")
            else:
                findings.add("accounting", *place, f"cannot be read: {problem}")
