"""`omnistate tables`: on with tables whose changelog has lost rows, and a word for each loss."""

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
    help="Tables that have lost rows.", no_args_is_help=True, add_completion=False
)


@commands.callback()
def describe() -> None:
    """Tables that have lost rows."""


@commands.command("accept", cls=SettingsCommand)
@with_settings(*CLUSTER, *TOPICS)
def accept(
    settings: Settings,
    group: Annotated[str, typer.Option(help="Whose tables they are: a worker's name.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what is lost, and change nothing.")
    ] = False,
) -> int:
    """Go on with what is left of tables whose changelogs have lost rows, once and for all.

    Conversations without a row are forgotten, and what they held is given back; the totals of
    representatives are counted again from their inputs. Each loss is a line.
    """
    from omnistate.cli.session import run_on_cluster
    from omnistate.process.errors import Unusable

    async def work(connection: "Connection", topology: "Topology") -> int:
        from omnistate.adapters.kafka.admin.cluster import open_cluster
        from omnistate.adapters.kafka.configuration.configuration_follower import (
            ConfigurationFollower,
        )
        from omnistate.adapters.kafka.records.topic_reader import open_reader
        from omnistate.adapters.kafka.worker.table_acceptance import TableAcceptance

        found = next((each for each in topology.groups if each.name == group), None)
        if found is None or "positions" not in found.tables:
            raise Unusable(f"--group {group}: no worker of that name keeps positions")
        follower = ConfigurationFollower(connection, lambda _: None)
        await follower.start()
        await follower.stop()
        count = 0
        async with open_cluster(connection) as cluster, open_reader(connection) as reader:
            acceptance = TableAcceptance(connection, cluster, reader, found, follower.directory)
            async for each in acceptance.run(topology, only_look=dry_run):
                count += 1
                place = f"{group}/{each.partition}"
                print(f"{place}: {each.loss}")
                for sentence in each.sentences:
                    print(f"{place}: {sentence}")
        what = "would go on with what is left" if dry_run else "go on with what is left"
        print(f"{count} partitions {what}")
        return 0

    return run_on_cluster(settings, work)
