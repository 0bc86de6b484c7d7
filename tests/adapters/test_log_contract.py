"""What every log must do for the partition task: one suite over the ports, for each of the twins.

`LogContract` is abstract: a log's own class says how to `open` a bench of it. It looks at a log
from outside only, through the ports and as a producer or a reader of committed records would.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count

import pytest
from omnistate.stream.ports import Fenced, Outgoing, Transaction

from tests.adapters.log_rig import (
    FIRST,
    OUTPUT,
    SECOND,
    Bench,
    MemoryBench,
    begin,
    comes_to,
    commit,
    out,
    read,
    restored,
    rows,
    seen,
)


class LogContract(ABC):
    """The suite. A subclass whose name begins with Test runs it."""

    @abstractmethod
    def open(self) -> AbstractAsyncContextManager[Bench]:
        """A fresh log."""

    @pytest.fixture
    async def bench(self) -> AsyncIterator[Bench]:
        """A log of the test's own."""
        async with self.open() as bench:
            yield bench

    async def test_both_inputs_are_read_as_one_stream_by_time(self, bench: Bench) -> None:
        for topic, key, at_ms in (
            (SECOND, b"a", 10),
            (FIRST, b"b", 20),
            (SECOND, b"c", 30),
            (SECOND, b"d", 40),
            (FIRST, b"e", 50),
        ):
            await bench.append(topic, key, at_ms)
        log = bench.owner()
        await log.fence()
        await log.seek(await log.committed())
        records = await read(log, 5, 2)
        assert [each.key for each in records] == [b"a", b"b", b"c", b"d", b"e"]
        assert [each.timestamp_ms for each in records] == [10, 20, 30, 40, 50]
        assert [(each.topic, each.offset) for each in records] == [
            (SECOND, 0),
            (FIRST, 0),
            (SECOND, 1),
            (SECOND, 2),
            (FIRST, 1),
        ]

    @pytest.mark.parametrize("most", [1, 2, 3, 100])
    async def test_ties_go_by_topic_then_offset(self, most: int, bench: Bench) -> None:
        for topic, key in ((SECOND, b"c"), (FIRST, b"a"), (SECOND, b"d"), (FIRST, b"b")):
            await bench.append(topic, key, 10)
        log = bench.owner()
        await log.fence()
        await log.seek({FIRST: 0, SECOND: 0})
        records = await read(log, 4, most)
        assert [each.key for each in records] == [b"a", b"b", b"c", b"d"]
        assert not await log.read(most)
        await log.seek({FIRST: 1, SECOND: 1})
        assert [each.key for each in await read(log, 2)] == [b"b", b"d"]

    async def test_append_times_never_go_back(self, bench: Bench) -> None:
        for at_ms in (30, 10, 40, 20):
            await bench.append(FIRST, b"a", at_ms)
        log = bench.owner()
        await log.fence()
        await log.seek({FIRST: 0, SECOND: 0})
        assert [each.timestamp_ms for each in await log.read(9)] == [30, 30, 40, 40]

    async def test_outputs_show_at_the_commit_and_as_they_were_sent(self, bench: Bench) -> None:
        log = bench.owner()
        await log.fence()
        transaction = await log.begin(None)
        await transaction.send([*out(b"a"), Outgoing(OUTPUT, None, None)])
        await transaction.flush()
        assert not await bench.outputs()
        await transaction.commit()
        await comes_to(lambda: seen(bench), [b"a", None])
        first, last = await bench.outputs()
        assert (first.key, first.value, first.headers) == (b"a", b"value", (("h", b"\xff"),))
        assert (last.key, last.value, last.headers) == (None, None, ())

    async def test_what_was_aborted_is_skipped(self, bench: Bench) -> None:
        log = bench.owner()
        await log.fence()
        await commit(log, b"a", writes=rows(x=b"1", y=b"1"))
        transaction = await log.begin(None)
        await transaction.send(out(b"lost", b"lost"))
        await transaction.write(rows(x=b"lost", y=None))
        await transaction.send_offsets({FIRST: 9})
        await transaction.abort()
        await commit(log, b"b")
        await comes_to(lambda: seen(bench), [b"a", b"b"])
        assert await restored(log) == {b"x": b"1", b"y": b"1"}
        await comes_to(log.committed, {FIRST: 0, SECOND: 0})

    async def test_readers_stop_at_an_open_transaction(self, bench: Bench) -> None:
        """A new owner's restore does not: it ends what a former one left open."""
        log, heir = bench.owner(), bench.owner()
        await log.fence()
        await commit(log, b"a", writes=rows(x=b"1"))
        left = await log.begin(None)
        await left.send(out(b"open"))
        await left.write(rows(x=b"open"))
        await left.flush()
        await bench.append(OUTPUT, b"behind", 10)
        await comes_to(lambda: seen(bench), [b"a"])
        await heir.fence()
        await comes_to(lambda: seen(bench), [b"a", b"behind"])
        assert await restored(heir) == {b"x": b"1"}
        await commit(heir, b"b")
        await comes_to(lambda: seen(bench), [b"a", b"behind", b"b"])

    async def test_offsets_are_committed_with_the_outputs_or_not_at_all(self, bench: Bench) -> None:
        log = bench.owner()
        await log.fence()
        await comes_to(log.committed, {FIRST: 0, SECOND: 0})
        transaction = await log.begin(None)
        await transaction.send(out(b"a"))
        await transaction.send_offsets({FIRST: 3})
        await transaction.flush()
        await comes_to(log.committed, {FIRST: 0, SECOND: 0})
        await transaction.commit()
        await comes_to(log.committed, {FIRST: 3, SECOND: 0})
        heir = bench.owner()
        await heir.fence()
        await comes_to(heir.committed, {FIRST: 3, SECOND: 0})

    @pytest.mark.parametrize("step", range(6))
    async def test_a_fenced_owner_can_write_nothing(self, step: int, bench: Bench) -> None:
        zombie, heir = bench.owner(), bench.owner()
        await zombie.fence()
        await commit(zombie, b"a", writes=rows(x=b"1"))
        begun: list[Transaction] = []
        acts: list[Callable[[], Awaitable[object]]] = [
            lambda: begin(zombie, begun),
            lambda: begun[0].send(out(b"zombie")),
            lambda: begun[0].write(rows(x=b"zombie")),
            lambda: begun[0].send_offsets({FIRST: 5}),
            lambda: begun[0].flush(),  # noqa: PLW0108
            lambda: begun[0].commit(),  # noqa: PLW0108
        ]
        for act in acts[:step]:
            await act()
        await heir.fence()
        # A log may notice at once or as late as the commit; it must notice.
        with pytest.raises(Fenced):  # noqa: PT012
            for act in acts[step:]:
                await act()
        await comes_to(lambda: seen(bench), [b"a"])
        await commit(heir, b"b", writes=rows(y=b"2"))
        with pytest.raises(Fenced):
            await commit(zombie, b"zombie")
        await comes_to(lambda: seen(bench), [b"a", b"b"])
        assert await restored(heir) == {b"x": b"1", b"y": b"2"}
        await comes_to(heir.committed, {FIRST: 0, SECOND: 0})

    async def test_a_fence_ends_what_its_own_owner_left_open(self, bench: Bench) -> None:
        """An owner who takes over again cannot commit what was begun before."""
        log = bench.owner()
        await log.fence()
        left = await log.begin(None)
        await left.send(out(b"left"))
        await left.flush()
        await log.fence()
        with pytest.raises(Fenced):
            await left.commit()
        await commit(log, b"a")
        await comes_to(lambda: seen(bench), [b"a"])

    async def test_rows_are_restored_after_compaction_tombstones_and_all(
        self, bench: Bench
    ) -> None:
        log = bench.owner()
        await log.fence()
        numbers = count()
        for _ in range(3):
            await commit(log, writes=rows(x=b"%d" % next(numbers), gone=b"1", back=b"1"))
            await commit(log, writes=rows(gone=None, back=None))
            await commit(log, writes=[*rows(back=b"2"), *rows(back=b"3")])
            expected = {b"x": b"%d" % (next(numbers) - 1), b"back": b"3"}
            assert await restored(log) == expected
            await bench.compact()
            heir = bench.owner()
            await heir.fence()
            assert await restored(heir) == expected
            log = heir


class TestMemoryLog(LogContract):
    """The embedded log keeps the contract."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Bench]:
        yield MemoryBench()
