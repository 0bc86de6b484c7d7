"""`omnistate worker …`: one worker in the foreground.

It puts settings, topics, engine and shell together; what a worker does is elsewhere.
"""

from typing import TYPE_CHECKING, Any

import typer

from omnistate.cli.options import CLUSTER, WORKER, SettingsCommand, with_settings

if TYPE_CHECKING:
    from omnistate.process.process_settings import Settings
else:
    Settings = Any  # typer evaluates the annotations of commands

commands = typer.Typer(help="Run one worker, in the foreground.")


@commands.command("conversation", cls=SettingsCommand)
@with_settings(*CLUSTER, *WORKER)
def run_conversation_worker(settings: Settings) -> int:
    """Keep conversations and capacity: one worker of the group, until SIGTERM or Ctrl-C."""
    return _run_partitions("conversation", settings)


@commands.command("representative", cls=SettingsCommand)
@with_settings(*CLUSTER, *WORKER)
def run_representative_worker(settings: Settings) -> int:
    """Add capacity up over all partitions, and derive presence: one worker of the group."""
    return _run_partitions("representative", settings)


@commands.command("figures", cls=SettingsCommand)
@with_settings(*CLUSTER, *(name for name in WORKER if name != "timer_grace"), "redis_url")
def run_figures_worker(settings: Settings) -> int:
    """Count service figures in windows of time; they may be a little off, and stop nobody."""
    from omnistate.process.faust_host import run_engine
    from omnistate.process.figures.figures_engine import FiguresEngine
    from omnistate.process.figures.figures_metrics import FiguresMetrics
    from omnistate.process.figures.figures_stream import GROUP
    from omnistate.process.logs import configure_logs

    configure_logs(settings.log_level, settings.log_format)
    engine = FiguresEngine(settings, settings.load_topology())
    metrics = FiguresMetrics(engine.rows, engine.tally, lambda: engine.readiness()[0])
    return run_engine(GROUP, settings, engine, metrics)


@commands.command("projection", cls=SettingsCommand)
@with_settings(
    *CLUSTER, *(name for name in WORKER if name != "timer_grace"), "redis_url", "api_token"
)
def run_projection_worker(settings: Settings) -> int:
    """Keep the Redis read model and serve it: one worker of the group, until SIGTERM or Ctrl-C."""
    from omnistate.process.projection.projection_worker import run_projection

    return run_projection(settings)


def _run_partitions(group: str, settings: Settings) -> int:
    from omnistate.process.faust_host import run_engine
    from omnistate.process.logs import configure_logs
    from omnistate.process.partition_engine import PartitionEngine
    from omnistate.process.partition_report import Report
    from omnistate.process.worker_metrics import Metrics

    configure_logs(settings.log_level, settings.log_format)
    metrics = Metrics()
    report = Report(metrics, bar=settings.log_format == "console")
    engine = PartitionEngine(group, settings, settings.load_topology(), metrics, report)
    return run_engine(group, settings, engine, metrics)
