"""`omnistate config`: a contact centre's configuration, from a file to the cluster.

The file is validated whole before anything is published, and published in one transaction.
"""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from omnistate.cli.options import CLUSTER, TOPICS, SettingsCommand, with_settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from omnistate_schemas.configuration import ContactCentre

    from omnistate.adapters.kafka.clients.connection import Connection
    from omnistate.adapters.kafka.configuration.configuration_topics import ObjectChange, Objects
    from omnistate.adapters.kafka.internals.batches import UnreadableBatch
    from omnistate.process.process_settings import Settings
    from omnistate.stream.topology import Topology
else:
    Settings = Any  # typer evaluates the annotations of commands

# Also the transactional id: of two at a time, the later one wins and the former one publishes
# nothing.
NAME: Final = "config"
MARKS: Final = {"added": "+", "changed": "~", "pruned": "-"}

commands = typer.Typer(
    help="Publish workstreams, representatives, capacity profiles and queues.",
)


@commands.callback()
def group() -> None:
    """Publish workstreams, representatives, capacity profiles and queues."""


@commands.command("apply", cls=SettingsCommand)
@with_settings(*CLUSTER, *TOPICS)
def apply(
    settings: Settings,
    config: Annotated[
        Path, typer.Argument(metavar="CONFIG.yaml", help="The centre's configuration.")
    ],
    prune: Annotated[
        bool, typer.Option("--prune", help="Also take away what the file does not have.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be published, and publish nothing.")
    ] = False,
) -> int:
    """Publish a configuration: whatever differs from what is published, in one transaction."""
    from omnistate.cli.command_end import say
    from omnistate.cli.configuration_file import load_contact_centre
    from omnistate.cli.session import run_on_cluster

    centre = load_contact_centre(config, lambda line: say("config apply", line))

    async def work(connection: "Connection", topology: "Topology") -> int:
        return await _apply(connection, topology, objects_of(centre), prune, dry_run)

    return run_on_cluster(settings, work)


def objects_of(centre: "ContactCentre") -> "dict[str, Objects]":
    """The objects of a configuration by the topic that they are published to."""
    return {
        "workstreams": centre.workstreams,
        "capacity-profiles": centre.capacity_profiles,
        "representatives": centre.representatives,
        "queues": centre.queues,
    }


async def _apply(
    connection: "Connection",
    topology: "Topology",
    wanted: "dict[str, Objects]",
    prune: bool,
    dry_run: bool,
) -> int:
    from contextlib import AsyncExitStack

    from omnistate.adapters.kafka.admin.cluster import open_cluster
    from omnistate.adapters.kafka.configuration.configuration_topics import (
        address,
        find_changes,
        read_published,
    )
    from omnistate.adapters.kafka.records.transactional_publication import open_publication
    from omnistate.process.errors import Unusable

    async with open_cluster(connection) as cluster:
        readiness = await cluster.readiness(topology, wanted)
    if readiness.problem:
        raise Unusable(readiness.problem)
    async with AsyncExitStack() as stack:
        # Before reading: from then on nobody else publishes between our looking and our writing.
        publication = None
        if not dry_run:
            publication = await stack.enter_async_context(open_publication(connection, NAME))
        published = await read_published(connection, readiness.partitions, _say_unreadable)
        changes = [
            change
            for topic, objects in wanted.items()
            for change in find_changes(topic, objects, published[topic], prune=prune)
        ]
        news = [change for change in changes if change.outcome in MARKS]
        if publication is not None and news:
            await publication.publish(address(change, readiness.partitions) for change in news)
            await publication.await_visible()
    if dry_run:
        for change in news:
            print(MARKS[change.outcome], change.topic, _readable(change.key))
    _summarise(changes, wanted, "would be " if dry_run else "")
    return 0


def _summarise(changes: "Iterable[ObjectChange]", topics: "Iterable[str]", would: str) -> None:
    """A line for each kind of object."""
    counts = Counter((change.topic, change.outcome) for change in changes)
    for topic in topics:
        said = [
            f"{counts[topic, outcome]} {would}{outcome}"
            for outcome in ("added", "changed", "pruned")
            if counts[topic, outcome]
        ]
        said.append(f"{counts[topic, 'unchanged']} unchanged")
        if counts[topic, "kept"]:
            said.append(f"{counts[topic, 'kept']} not in the file (--prune takes them away)")
        print(f"{topic}: {', '.join(said)}")


def _say_unreadable(topic: str, partition: int, batch: "UnreadableBatch") -> None:
    from omnistate.cli.command_end import say

    offsets = f"{topic}/{partition}, {batch.offsets}"
    say(
        "config apply",
        f"{offsets}: cannot be read ({batch.reason}): what stands before is published anew",
    )


def _readable(key: bytes) -> str:
    from omnistate.cli.command_end import printable

    return printable(key.decode(errors="backslashreplace"))
