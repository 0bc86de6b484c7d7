"""What `omnistate worker figures` runs: settings, engine, metrics and host.

It decides nothing; what the worker does is elsewhere.
"""

from omnistate.process.faust_host import run_engine
from omnistate.process.figures.figures_engine import FiguresEngine
from omnistate.process.figures.figures_metrics import FiguresMetrics
from omnistate.process.figures.figures_stream import GROUP
from omnistate.process.logs import configure_logs
from omnistate.process.process_settings import Settings


def run_figures(settings: Settings) -> int:
    """Run until a signal; the exit status. Raises Unusable."""
    configure_logs(settings.log_level, settings.log_format)

    def count_unusable(topic: str) -> None:
        metrics.unusable(topic)

    engine = FiguresEngine(settings, settings.load_topology(), count_unusable)
    metrics = FiguresMetrics(engine.rows, engine.tally, lambda: engine.readiness()[0])
    return run_engine(GROUP, settings, engine, metrics)
