"""What `omnistate worker conversation` and `representative` run: settings, engine and host.

It decides nothing; what the workers do is elsewhere.
"""

from omnistate.process.faust_host import run_engine
from omnistate.process.logs import configure_logs
from omnistate.process.partitions.partition_engine import PartitionEngine
from omnistate.process.partitions.partition_metrics import PartitionMetrics
from omnistate.process.partitions.partition_report import PartitionReport
from omnistate.process.process_settings import Settings


def run_partitions(group: str, settings: Settings) -> int:
    """Run a worker of the group until a signal; the exit status. Raises Unusable."""
    configure_logs(settings.log_level, settings.log_format)
    metrics = PartitionMetrics()
    report = PartitionReport(metrics, bar=settings.log_format == "console")
    engine = PartitionEngine(group, settings, settings.load_topology(), metrics, report)
    return run_engine(group, settings, engine, metrics)
