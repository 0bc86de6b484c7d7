"""`omnistate worker …`: one worker in the foreground.

It only names them: what a worker does, and what it runs on, is in its room of `process`.
"""

from typing import TYPE_CHECKING, Any

import typer

from omnistate.cli.options import (
    CLUSTER,
    OF_GROUPS,
    OF_MEMBERS,
    OF_PARTITIONS,
    WORKER,
    SettingsCommand,
    with_settings,
)

if TYPE_CHECKING:
    from omnistate.process.process_settings import Settings
else:
    Settings = Any  # typer evaluates the annotations of commands

commands = typer.Typer(help="Run one worker, in the foreground.")


@commands.command("conversation", cls=SettingsCommand)
@with_settings(*CLUSTER, *WORKER, "row_version")
def run_conversation_worker(settings: Settings) -> int:
    """Run the conversation engine: one worker of its group, until SIGTERM or Ctrl-C."""
    from omnistate.process.partitions.partition_worker import run_partitions

    return run_partitions("conversation", settings)


@commands.command("representative", cls=SettingsCommand)
@with_settings(*CLUSTER, *WORKER, "row_version")
def run_representative_worker(settings: Settings) -> int:
    """Run the representative worker: it adds capacity up, and derives presence."""
    from omnistate.process.partitions.partition_worker import run_partitions

    return run_partitions("representative", settings)


@commands.command("router", cls=SettingsCommand)
@with_settings(*CLUSTER, *(name for name in WORKER if name not in OF_PARTITIONS))
def run_router_worker(settings: Settings) -> int:
    """Run a router: it offers waiting work to people; of several one acts, the others stand by."""
    from omnistate.process.router.router_worker import run_router

    return run_router(settings)


@commands.command("figures", cls=SettingsCommand)
@with_settings(
    *CLUSTER, *(name for name in WORKER if name not in OF_MEMBERS), "redis_url", "row_version"
)
def run_figures_worker(settings: Settings) -> int:
    """Run the figures worker: it counts service figures, which may be a little off."""
    from omnistate.process.figures.figures_worker import run_figures

    return run_figures(settings)


@commands.command("projection", cls=SettingsCommand)
@with_settings(
    *CLUSTER, *(name for name in WORKER if name not in OF_PARTITIONS), "redis_url", "api_token"
)
def run_projection_worker(settings: Settings) -> int:
    """Run the projection: it keeps the read model in Redis, and serves the API and the board."""
    from omnistate.process.projection.projection_worker import run_projection

    return run_projection(settings)


@commands.command("lag", cls=SettingsCommand)
@with_settings(*CLUSTER, *(name for name in WORKER if name not in OF_GROUPS), "redis_url")
def run_lag_worker(settings: Settings) -> int:
    """Run the exporter of every group's lag: right also when none of their workers runs."""
    from omnistate.process.lag.lag_worker import run_lag

    return run_lag(settings)
