"""`omnistate states`: the topic of where conversations stand, mended from rows and changes."""

from typing import TYPE_CHECKING, Any

import typer

from omnistate.cli.options import CLUSTER, TOPICS, SettingsCommand, with_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from omnistate.adapters.kafka.clients.connection import Connection
    from omnistate.process.process_settings import Settings
    from omnistate.stream.conversation.states_rebuild import Rebuilt
    from omnistate.stream.ports import Outgoing
    from omnistate.stream.topology import Topology
else:
    Settings = Any  # typer evaluates the annotations of commands

commands = typer.Typer(
    help="Mend the topic of where conversations stand.",
)


@commands.callback()
def _group() -> None:
    """Mend the topic of where conversations stand."""


@commands.command("rebuild", cls=SettingsCommand)
@with_settings(*CLUSTER, *TOPICS)
def rebuild(settings: Settings) -> int:
    """Fill conversation-states in from conversation-state-changes, where it lacks something.

    Needed once after an upgrade from a version without that topic, and whenever audit finds it
    wrong. It may run beside workers, all of which must know the topic, and may be run again.
    """
    from omnistate.cli.session import run_on_cluster
    from omnistate.process.errors import ExitStatus

    async def work(connection: "Connection", topology: "Topology") -> int:
        done, unreadable = await _rebuild(connection, topology)
        from omnistate.cli.command_end import say

        for where in unreadable:
            say("states rebuild", f"cannot be read, and left out: {where}")
        remembered, filled, removed, lost = map(sum, zip(*done, strict=True))
        print(f"{filled:,} of {remembered:,} conversations filled in, {removed:,} taken away")
        if lost:
            print(
                f"{lost:,} cannot be filled in: their last changes are gone. They come with "
                "their next change"
            )
        return ExitStatus.DONE

    return run_on_cluster(settings, work)


async def _rebuild(
    connection: "Connection", topology: "Topology"
) -> "tuple[list[Rebuilt], list[str]]":
    """What was done in each partition, and what nobody can read.

    Raises Unusable where the topics cannot be used.
    """
    from omnistate_schemas.vocabulary import CONVERSATION_STATES

    from omnistate.adapters.kafka.admin.cluster import open_cluster
    from omnistate.adapters.kafka.records.topic_reader import open_reader
    from omnistate.adapters.kafka.records.transactional_publication import (
        Addressed,
        open_publication,
    )
    from omnistate.process.errors import Unusable
    from omnistate.stream.conversation.states_rebuild import StatesRebuild

    async with open_cluster(connection) as cluster:
        readiness = await cluster.missing_or_wrong(topology, "conversation")
    if readiness.problem is not None:
        raise Unusable(readiness.problem)
    async with (
        open_reader(connection) as reader,
        open_publication(connection, "states-rebuild") as publication,
    ):

        async def publish(partition: int, states: "Sequence[Outgoing]") -> None:
            await publication.publish(
                Addressed(each.topic, partition, each.key, each.value, each.headers)
                for each in states
            )

        changelog = topology.group("conversation").tables["conversations"]
        count = readiness.partitions[CONVERSATION_STATES]
        rebuilds = [StatesRebuild(reader, publish, changelog, number) for number in range(count)]
        done = [await each.run() for each in rebuilds]
        return done, [where for each in rebuilds for where in each.unreadable]
