"""The figures stream where Faust waits for ever: it ends and says why, so that it starts again."""

import asyncio

import pytest
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.process.figures import figures_stream
from omnistate.process.figures.figures_stream import FiguresStream, StreamEnded
from omnistate.process.unusable_records import UnusableRecords
from omnistate.projections.figures.recent_wrap_ups import RecentWrapUps


async def _say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


async def _run_against_silence() -> None:
    server = await asyncio.start_server(_say_nothing, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        connection = Connection(brokers=f"127.0.0.1:{port}")
        figures = FiguresStream(
            connection,
            lambda _: 20_000,
            lambda workstream, queue: (workstream, queue or ""),
            RecentWrapUps(lambda workstream, queue: (workstream, queue or "")),
            10.0,
            UnusableRecords(print),
        )
        try:
            await asyncio.wait_for(figures.run(), 20)
        finally:
            await figures.stop()


async def test_a_stream_that_stands_still_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures_stream, "STANDSTILL_S", 0.5)
    monkeypatch.setattr(figures_stream, "LOOK_S", 0.05)
    with pytest.raises(StreamEnded, match="not come further"):
        await _run_against_silence()
