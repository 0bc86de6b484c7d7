"""Putting dead letters back where they came from, each once.

A batch of letters and how far we have come then is one transaction: a crash neither loses a letter
nor puts one back twice, and whoever starts second fences whoever started first. Letters that can
never go back (no origin, or none that is an input) are reported and passed; they stay in the topic
until its retention ends. Letters of one key keep their order, those of one batch that of their
origins.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from typing import Final, Literal, NamedTuple

from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.dead_letters.dead_letter_reader import (
    NAME,
    DeadLetterReader,
    open_letter_box,
)
from omnistate.adapters.kafka.dead_letters.letter import TOPIC, Letter, address_back, find_obstacle
from omnistate.adapters.kafka.dead_letters.redrive_progress import RedriveProgress
from omnistate.adapters.kafka.internals.batches import UnreadableBatch
from omnistate.adapters.kafka.records.transactional_publication import Publication, open_publication
from omnistate.stream.topology import Topology

BATCH_LETTERS: Final = 2_000
BATCH_BYTES: Final = 16_000_000

# `crowded`: there is no room to remember that it was passed over, so it and what follows it wait.
Outcome = Literal["redriven", "skipped", "impossible", "crowded"]


class Selection(NamedTuple):
    """Which letters go back; None = whichever."""

    limit: int | None = None
    error: str | None = None
    origin: str | None = None
    older: bool = False

    def takes(self, letter: Letter) -> bool:
        """Whether the letter is one of them; the limit is counted elsewhere."""
        origin = None if letter.origin is None else letter.origin.topic
        return self.error in {None, letter.error} and self.origin in {None, origin}


Report = Callable[[Letter, Outcome], None]


class Redrive:
    """One run; `tally` counts letters by outcome, `returned` those put back by topic."""

    def __init__(self, topology: Topology, selection: Selection, report: Report) -> None:
        """`report` is told of every letter that waits, as soon as its batch is committed."""
        self.tally: Counter[Outcome] = Counter()
        self.returned: Counter[str] = Counter()
        # Whether there are letters so old that nobody knows whether they went back before.
        self.older = False
        # What nobody can read of the topic, by partition and offset.
        self.unreadable: Mapping[tuple[int, int], UnreadableBatch] = {}
        self._topology = topology
        self._selection = selection
        self._report = report
        self._batch: list[Letter] = []
        self._batch_bytes = 0
        self._told: list[tuple[Letter, Outcome]] = []
        self._progress: dict[int, RedriveProgress] = {}

    async def run(self, connection: Connection, *, dry: bool = False) -> None:
        """Put back what is selected of the letters that are there now. Raises ClusterFailure."""
        async with AsyncExitStack() as stack:
            publication = None
            if not dry:
                # First: it waits until a former run's last transaction has come to its end.
                # Compressed: a letter may have come out of a small compressed batch.
                publication = await stack.enter_async_context(
                    open_publication(connection, NAME, compressed=True)
                )
            box = await stack.enter_async_context(open_letter_box(connection, self._topology))
            self.unreadable = box.unreadable
            self._progress = await box.progress()
            for number, progress in self._progress.items():
                if self._selection.older:
                    progress.include_unknown()
                self.older |= progress.unknown > box.begins[number]
                await self._go_through(box, number, publication)
            # Even where nothing went back: it keeps the cluster from forgetting the offsets.
            await self._commit(box, publication)
            if publication is not None:
                await publication.await_visible()
                await box.await_committed(self._progress)

    async def _go_through(
        self, box: DeadLetterReader, number: int, publication: Publication | None
    ) -> None:
        progress = self._progress[number]
        async for letter in box.read(number, progress.start):
            if not progress.waits(letter.offset):
                progress.settle(letter.offset)
                continue
            outcome = self._judge(letter, progress)
            if outcome is None:
                return
            self._told.append((letter, outcome))
            if outcome == "crowded":
                return
            if outcome == "skipped":
                progress.skip(letter.offset)
                continue
            progress.settle(letter.offset)
            if outcome == "redriven":
                self._batch.append(letter)
                self._batch_bytes += letter.size
            if len(self._batch) >= BATCH_LETTERS or self._batch_bytes >= BATCH_BYTES:
                await self._commit(box, publication)

    def _judge(self, letter: Letter, progress: RedriveProgress) -> Outcome | None:
        """What becomes of a letter; None = the limit has been reached."""
        limit = self._selection.limit
        if limit is not None and self.tally["redriven"] + len(self._batch) >= limit:
            return None
        if not self._selection.takes(letter):
            return "crowded" if progress.full else "skipped"
        return "redriven" if find_obstacle(letter, self._topology) is None else "impossible"

    async def _commit(self, box: DeadLetterReader, publication: Publication | None) -> None:
        # Without an origin none is in a batch.
        self._batch.sort(key=lambda letter: letter.origin or ())
        if publication is not None:
            await publication.publish(
                [address_back(letter, box.counts) for letter in self._batch],
                NAME,
                {(TOPIC, number): each.encode() for number, each in self._progress.items()},
            )
        for letter in self._batch:
            if letter.origin is not None:
                self.returned[letter.origin.topic] += 1
        for letter, outcome in self._told:
            self.tally[outcome] += 1
            self._report(letter, outcome)
        self._batch, self._batch_bytes, self._told = [], 0, []
