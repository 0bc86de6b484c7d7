"""What `omnistate worker lag` runs: settings, engine, metrics and host.

It decides nothing; what the worker does is elsewhere.
"""

from omnistate.adapters.kafka.admin.access import LAG
from omnistate.process.faust_host import run_engine
from omnistate.process.lag.lag_engine import LagEngine
from omnistate.process.lag.lag_metrics import LagMetrics
from omnistate.process.logs import configure_logs
from omnistate.process.process_settings import Settings


def run_lag(settings: Settings) -> int:
    """Run until a signal; the exit status. Raises Unusable."""
    configure_logs(settings.log_level, settings.log_format)

    def count_failure() -> None:
        metrics.failed()

    engine = LagEngine(settings, settings.load_topology(), count_failure)
    metrics = LagMetrics(settings.connection.physical, engine.lags, lambda: engine.latest)
    return run_engine(LAG, settings, engine, metrics)
