"""`omnistate figures`: service figures of any span, counted from the topics when they are wanted.

No worker is needed, and nothing is too late: history that was loaded has figures, too.
"""

import math
import re
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from omnistate.cli.options import CLUSTER, TOPICS, with_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from omnistate.adapters.kafka.clients.connection import Connection
    from omnistate.adapters.kafka.internals.batches import UnreadableBatch
    from omnistate.audit.source import TopicReader
    from omnistate.process.process_settings import Settings
    from omnistate.projections.figures.segment_figures import By
    from omnistate.projections.figures.spans import Period, SpanCounting
    from omnistate.stream.topology import Topology
else:
    Settings = Any  # typer evaluates the annotations of commands

NAME: Final = "figures"
BY: "Final[tuple[By, ...]]" = ("workstream", "queue", "representative")
_UNITS_MS: Final = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_LENGTH: Final = re.compile(r"([1-9][0-9]{0,5})([smhdw])")


@with_settings(*CLUSTER, *TOPICS)
def figures(
    settings: Settings,
    from_: Annotated[
        str, typer.Option("--from", metavar="TIME", help="From this time on (RFC 3339).")
    ],
    to: Annotated[str, typer.Option("--to", metavar="TIME", help="And before this one.")],
    every: Annotated[
        str | None,
        typer.Option(
            metavar="LENGTH", help="In periods of this length from then on: 15m, 1h, 1d, 1w."
        ),
    ] = None,
    by: Annotated[
        str, typer.Option(metavar="WORD", help="workstream, queue or representative.")
    ] = BY[0],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> int:
    """Count the service figures of a span, by when things happened, straight from the topics.

    By workstream, by queue, where a transfer into it counts as offered there, or by representative.
    """
    span, every_ms, whose = read_span(from_, to), read_length_ms(every), read_by(by)

    async def work(connection: "Connection", topology: "Topology") -> int:
        import time

        from omnistate.adapters.kafka.records.topic_reader import open_reader
        from omnistate.cli.figures_screen import format_lines, print_table
        from omnistate.projections.figures.spans import SpanCounting

        del topology
        async with open_reader(connection) as reader:
            threshold_ms = await _read_thresholds(connection, reader)
            counting = SpanCounting(span, every_ms, whose, threshold_ms)
            await count_topics(reader, counting, span, round(time.time() * 1_000))
        if as_json:
            for line in format_lines(counting.rows(), whose):
                print(line)
        else:
            print_table(counting.rows(), whose)
        return 0

    from omnistate.cli.session import run_on_cluster

    return run_on_cluster(settings, work)


def read_span(from_: str, to: str) -> "Period":
    """The span that two options name. Raises Unusable."""
    from omnistate.process.errors import Unusable
    from omnistate.projections.figures.spans import Period

    span = Period(_read_time_ms("--from", from_), _read_time_ms("--to", to))
    if span.from_ms >= span.to_ms:
        raise Unusable("--to: not after --from")
    return span


def read_length_ms(every: str | None) -> int | None:
    """How long, ms, a period is. Raises Unusable."""
    from omnistate.process.errors import Unusable

    if every is None:
        return None
    found = _LENGTH.fullmatch(every)
    if found is None:
        raise Unusable("--every: a number with s, m, h, d or w, such as 15m or 1d")
    return int(found[1]) * _UNITS_MS[found[2]]


def read_by(by: str) -> "By":
    """For whom figures are counted. Raises Unusable."""
    from omnistate.process.errors import Unusable

    found = next((each for each in BY if each == by), None)
    if found is None:
        raise Unusable(f"--by: {', '.join(BY[:-1])} or {BY[-1]}")
    return found


def _read_time_ms(option: str, text: str) -> int:
    from omnistate_schemas.times import parse_time_ms

    from omnistate.process.errors import Unusable

    try:
        return parse_time_ms(text)
    except ValueError as error:
        raise Unusable(f"{option}: {error}") from None


async def count_topics(
    reader: "TopicReader", counting: "SpanCounting", span: "Period", now_ms: int
) -> None:
    """Count what the topics have, to the ends that they have now (`now_ms`).

    What cannot be used is said on standard error, and passed over; so is a span of which not all
    changes are there any more.
    """
    from omnistate_schemas.vocabulary import CAPACITY_CHANGES, RECORDED_INPUTS, STATE_CHANGES

    from omnistate.projections.figures.change_reading import read_change

    def take_change(value: bytes | None) -> None:
        counting.take(*read_change(value, now_ms))

    await _take_each(reader, CAPACITY_CHANGES, counting.handed_over.take_hold)
    # Kept for days: without them a wrap-up has its length by the engine's clock.
    await _take_each(reader, RECORDED_INPUTS, counting.handed_over.take_recorded)
    await _take_each(reader, STATE_CHANGES, take_change, span.from_ms)


async def _take_each(
    reader: "TopicReader",
    topic: str,
    take: "Callable[[bytes | None], None]",
    since_ms: float = math.inf,
) -> None:
    """Every record of a topic, and a word where it has lost some that came after `since_ms`."""
    from omnistate_schemas.times import format_time

    from omnistate.cli.command_end import say
    from omnistate.projections.figures.change_reading import NoChange
    from omnistate.stream.ports import UnreadableRecord

    starts, ends = await reader.beginnings(topic), await reader.ends(topic)
    for partition, (start, end) in enumerate(zip(starts, ends, strict=True)):
        is_cut = start > 0
        async for chunk in reader.records(topic, partition, start, end):
            for record in chunk:
                where = f"{topic}/{partition}/{record.offset}"
                if is_cut and record.timestamp_ms > since_ms:
                    first = format_time(record.timestamp_ms)
                    say(NAME, f"what came before {first} is gone: {where} is the first")
                is_cut = False
                if isinstance(record, UnreadableRecord):
                    say(NAME, f"cannot be read, and left out: {where}")
                    continue
                try:
                    take(record.value)
                except NoChange as error:
                    say(NAME, f"cannot be used, and left out: {where}: {error}")


async def _read_thresholds(
    connection: "Connection", reader: "TopicReader"
) -> "Callable[[str | None], int]":
    """How soon, ms, work of each queue should be accepted, as its configuration says now."""
    from omnistate_schemas.configuration import Queue

    from omnistate.adapters.kafka.configuration.configuration_topics import (
        UnusableObject,
        decode_key,
        decode_object,
        read_published,
    )
    from omnistate.adapters.kafka.configuration.segment_follower import DEFAULT_MS
    from omnistate.cli.command_end import say

    topic = "queues"
    counts = {topic: await reader.partitions(topic)}
    found: dict[str, int] = {}
    for key, value in (await read_published(connection, counts, _say_unreadable))[topic].items():
        if value is None:
            continue
        try:
            id_, configured = decode_key(key), decode_object(topic, value)
        except UnusableObject as error:
            say(NAME, f"cannot be used, and left out: {topic} {ascii(key)[2:-1]}: {error}")
            continue
        assert isinstance(configured, Queue)
        found[id_] = round(configured.service_level_threshold * 1_000)
    return lambda queue_id: found.get(queue_id or "", DEFAULT_MS)


def _say_unreadable(topic: str, partition: int, batch: "UnreadableBatch") -> None:
    from omnistate.cli.command_end import say

    say(NAME, f"cannot be read, and left out: {topic}/{partition} {batch.offsets}: {batch.reason}")
