"""`omnistate lag`: how far each group is behind, per topic and partition.

The projection keeps its offsets in Redis, with its data: it is shown where a Redis is configured.
"""

import json
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from omnistate.cli.options import CLUSTER, TOPICS, with_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from omnistate.adapters.kafka.clients.connection import Connection
    from omnistate.adapters.kafka.lag.group_lag import Measurement
    from omnistate.process.process_settings import Settings
    from omnistate.stream.topology import Topology
else:
    Settings = Any  # typer evaluates the annotations of commands


PROJECTION: Final = "projection"
APPLY: Final = "run omnistate topics apply"


@with_settings(*CLUSTER, *TOPICS, "redis_url")
def lag(
    settings: Settings,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> int:
    """Say how far every group is behind, in records and in seconds, and what holds it up.

    The projection keeps its offsets in Redis: it is left out where no Redis is configured.
    """
    from omnistate.cli.session import run_on_cluster
    from omnistate.process.errors import Unusable

    async def work(connection: "Connection", topology: "Topology") -> int:
        from omnistate.adapters.kafka.lag.lag_meter import open_meter

        kept = await _offsets_in_redis(settings.redis_url, connection.prefix)
        left_out = () if kept else (PROJECTION,)
        async with open_meter(connection, topology.groups) as meter:
            found = await meter.measure(kept, left_out)
        if not found.lags:
            topic = connection.physical(topology.groups[0].consumes[0])
            raise Unusable(f"topic {topic} is missing, and so are all others: {APPLY}")
        if as_json:
            for line in _lines(found):
                print(json.dumps(line))
        else:
            _print_table(found)
            _print_reasons(found)
        return 0

    return run_on_cluster(settings, work)


async def _offsets_in_redis(url: str | None, prefix: str) -> dict[str, dict[tuple[str, int], int]]:
    """The projection's offsets, under its name; nothing without a Redis."""
    from omnistate.adapters.redis.model_store import RedisStore
    from omnistate.projections.keys import Keys

    if url is None:
        return {}
    store = RedisStore(url, Keys(prefix))
    try:
        own: dict[tuple[str, int], int] = dict((await store.offsets()).items())
        return {PROJECTION: own}
    finally:
        await store.close()


def _lines(found: "Measurement") -> "Iterator[dict[str, Any]]":
    for each in found.lags:
        yield {
            "group": each.group,
            "topic": each.topic,
            "partition": each.partition,
            "committed": each.committed,
            "end": each.end,
            "records": each.records,
            "seconds": each.seconds(found.measured_ms),
            "reason": each.reason,
        }


def _print_table(found: "Measurement") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("group", "topic", box=None, pad_edge=False)
    for name in ("partition", "committed", "end", "records", "seconds"):
        table.add_column(name, justify="right")
    if any(each.reason for each in found.lags):
        table.add_column("reason")
    for each in found.lags:
        committed = "-" if each.committed is None else str(each.committed)
        style = "bold" if each.records or each.reason else ""
        cells = (
            each.group,
            each.topic,
            str(each.partition),
            committed,
            str(each.end),
            str(each.records),
            f"{each.seconds(found.measured_ms):.1f}",
        )
        reason = [each.reason or ""] if len(table.columns) > len(cells) else []
        table.add_row(*cells, *reason, style=style)
    Console(width=None if _is_terminal() else 160).print(table)


def _print_reasons(found: "Measurement") -> None:
    """What each word means that stands in the table."""
    from omnistate.adapters.kafka.lag.group_lag import MEANINGS

    given = {each.reason for each in found.lags}
    for reason, meaning in MEANINGS.items():
        if reason in given:
            print(f"{reason}: {meaning}")


def _is_terminal() -> bool:
    import sys

    return sys.stdout is not None and sys.stdout.isatty()
