"""`omnistate inputs`: past what stops a partition: an unreadable batch, a topic made anew."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from omnistate.cli.options import CLUSTER, TOPICS, SettingsCommand, with_settings

if TYPE_CHECKING:
    from omnistate.adapters.kafka.clients.connection import Connection
    from omnistate.process.process_settings import Settings
    from omnistate.stream.topology import Topology
else:
    Settings = Any  # typer evaluates the annotations of commands

commands = typer.Typer(
    help="Inputs that stop a partition.", no_args_is_help=True, add_completion=False
)


@commands.callback()
def describe() -> None:
    """Inputs that stop a partition."""


@commands.command("skip", cls=SettingsCommand)
@with_settings(*CLUSTER, *TOPICS)
def skip(
    settings: Settings,
    group: Annotated[str, typer.Option(help="Whose partition it stops: a worker's name.")],
    topic: Annotated[str, typer.Option(help="The input, without the topic prefix.")],
    partition: Annotated[int, typer.Option(min=0, help="The partition that stands still.")],
    offset: Annotated[int, typer.Option(min=0, help="The offset that it stands at.")],
) -> int:
    """Pass over one batch that cannot be read, once; a dead letter names what was lost.

    The worker that stands still goes on within half a minute.
    """
    from omnistate.cli.session import run_on_cluster
    from omnistate.process.errors import Unusable

    async def work(connection: "Connection", topology: "Topology") -> int:
        from omnistate.adapters.kafka.worker.input_skip import NotSkippable, Place, skip_batch

        found = next((each for each in topology.groups if each.name == group), None)
        if found is None or "positions" not in found.tables:
            raise Unusable(f"--group {group}: no worker of that name keeps positions")
        if topic not in found.consumes:
            raise Unusable(f"--topic {topic}: the {group} worker does not consume it")
        try:
            passed = await skip_batch(connection, topology, found, Place(topic, partition, offset))
        except NotSkippable as reason:
            raise Unusable(str(reason)) from None
        print(f"passed over {topic}/{partition}, {passed.problem}")
        return 0

    return run_on_cluster(settings, work)


@commands.command("adopt", cls=SettingsCommand)
@with_settings(*CLUSTER, *TOPICS)
def adopt(
    settings: Settings,
    topic: Annotated[str, typer.Option(help="The input, without the topic prefix.")],
) -> int:
    """Go on with an input topic that was made anew or cut short, from where the worker stood.

    No offset is used twice: partitions that are shorter are filled up, and what lies before is
    deleted. A dead letter names what was passed over. Stop whoever writes to the topic first.
    """
    from omnistate.cli.session import run_on_cluster
    from omnistate.process.errors import Unusable

    async def work(connection: "Connection", topology: "Topology") -> int:
        from omnistate.adapters.kafka.worker.input_adoption import adopt_topic

        groups = [
            each
            for each in topology.groups
            if topic in each.consumes and "positions" in each.tables
        ]
        if not groups:
            raise Unusable(f"--topic {topic}: no worker that keeps positions consumes it")
        count = 0
        for group in groups:
            async for place, passed in adopt_topic(connection, topology, group, topic):
                count += 1
                print(f"{place}: goes on here; {passed:,} offsets before it are passed over")
        print(f"{count} partitions were adopted")
        return 0

    return run_on_cluster(settings, work)
