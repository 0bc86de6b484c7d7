"""What `omnistate worker router` runs: settings, engine, metrics and host.

It decides nothing; what the worker does is elsewhere.
"""

from omnistate.process.faust_host import run_engine
from omnistate.process.logs import configure_logs
from omnistate.process.process_settings import Settings
from omnistate.process.router.router_engine import GROUP, RouterEngine
from omnistate.process.router.router_metrics import RouterMetrics


def run_router(settings: Settings) -> int:
    """Run until a signal; the exit status. Raises Unusable."""
    configure_logs(settings.log_level, settings.log_format)
    metrics = RouterMetrics()
    engine = RouterEngine(settings, settings.load_topology(), metrics)
    metrics.watch(
        lambda: engine.readiness()[0],
        lambda: engine.is_acting,
        engine.unanswered_s,
        engine.standings,
    )
    return run_engine(GROUP, settings, engine, metrics)
