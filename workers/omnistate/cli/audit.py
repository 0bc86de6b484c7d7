"""`omnistate audit`: reads everything back and checks every law.

Exit status: 0 where all laws hold, 1 where one does not; others where it could not be found out.
"""

import sys
import time
from contextlib import ExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from omnistate.cli.options import CLUSTER, TOPICS, with_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from omnistate.adapters.kafka.clients.connection import Connection
    from omnistate.adapters.redis.contents import Contents
    from omnistate.audit.findings import Findings
    from omnistate.audit.source import TopicReader
    from omnistate.process.process_settings import Settings
    from omnistate.stream.ports import Record
    from omnistate.stream.topology import Topology
else:
    Settings = Any  # typer evaluates the annotations of commands


@with_settings(*CLUSTER, *TOPICS, "redis_url")
def audit(
    settings: Settings,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Check that nothing was lost, doubled, skipped or leaked; exit status 1 where something was.

    It reads inputs, outputs and tables back, while workers run or afterwards, and the read model
    where a Redis is configured. It changes nothing.
    """
    from omnistate.cli.session import run_on_cluster
    from omnistate.process.errors import ExitStatus

    async def work(connection: "Connection", topology: "Topology") -> int:
        from omnistate.adapters.kafka.records.topic_reader import open_reader

        async with (
            _contents(settings.redis_url, connection.prefix) as model,
            open_reader(connection) as reader,
        ):
            findings = await _audit(reader, topology, model)
        _print(findings, as_json=as_json)
        return ExitStatus.DONE if findings.ok else ExitStatus.FAILED

    return run_on_cluster(settings, work)


@asynccontextmanager
async def _contents(url: str | None, prefix: str) -> "AsyncIterator[Contents | None]":
    """The read model, where there is one; asked at once, since the topics take their time."""
    from omnistate.adapters.redis.contents import Contents

    if url is None:
        yield None
        return
    contents = Contents(url, prefix)
    try:
        await contents.begin()
        yield contents
    finally:
        await contents.close()


async def _audit(
    reader: "TopicReader", topology: "Topology", model: "Contents | None"
) -> "Findings":
    from omnistate.audit.auditor import audit, estimate_records
    from omnistate.audit.source import WatchedReader

    with ExitStack() as shown:
        if sys.stderr is not None and sys.stderr.isatty():
            total = await estimate_records(reader, topology)
            reader = WatchedReader(reader, _show_progress(shown, total))
        return await audit(reader, topology, model, round(time.time() * 1_000))


def _show_progress(shown: ExitStack, total: int) -> "Callable[[str, Sequence[Record]], None]":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    progress = shown.enter_context(
        Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("records"),
            console=Console(stderr=True),
            transient=True,
        )
    )
    task = progress.add_task("audit", total=total)

    def watch(topic: str, records: "Sequence[Record]") -> None:
        progress.update(task, advance=len(records), description=topic)

    return watch


def _print(findings: "Findings", *, as_json: bool) -> None:
    from rich.console import Console

    from omnistate.audit.audit_report import describe_findings, print_findings

    if as_json:
        import json

        print(json.dumps(describe_findings(findings)))
    else:
        print_findings(Console(width=None if sys.stdout.isatty() else 120), findings)
