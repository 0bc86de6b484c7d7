"""`omnistate lag`: how far each group is behind, per topic and partition."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.cli.options import CLUSTER, TOPICS, with_settings

if TYPE_CHECKING:
    from workers.adapters.kafka.connection import Connection
    from workers.adapters.kafka.lag import Lag
    from workers.runtime.topology import Topology
    from workers.shell.settings import Settings
else:
    Settings = Any  # typer evaluates the annotations of commands


@with_settings(*CLUSTER, *TOPICS)
def lag(
    settings: Settings,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> int:
    """Say how far every group is behind, in records and in seconds."""
    from workers.cli.session import run_on_cluster

    async def work(connection: "Connection", topology: "Topology") -> int:
        from workers.adapters.kafka.lag import measure_lag

        # The projection's offsets are in Redis, with its data.
        groups = [group for group in topology.groups if group.name != "projection"]
        found = await measure_lag(connection, groups)
        if as_json:
            for each in found:
                print(json.dumps(each._asdict()))
        else:
            _print_table(found)
        return 0

    return run_on_cluster("lag", settings, work)


def _print_table(found: "list[Lag]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("group", "topic", box=None, pad_edge=False)
    for name in ("partition", "committed", "end", "records", "seconds"):
        table.add_column(name, justify="right")
    for each in found:
        committed = "-" if each.committed is None else str(each.committed)
        style = "bold" if each.records else ""
        table.add_row(
            each.group,
            each.topic,
            str(each.partition),
            committed,
            str(each.end),
            str(each.records),
            f"{each.seconds:.1f}",
            style=style,
        )
    Console(width=None if _is_terminal() else 120).print(table)


def _is_terminal() -> bool:
    import sys

    return sys.stdout is not None and sys.stdout.isatty()
