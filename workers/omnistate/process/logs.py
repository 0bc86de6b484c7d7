"""Logs through structlog: for people on a terminal, or JSON lines for programs.

What libraries log goes the same way, from WARNING on only: aiokafka's finer lines quote records.
What it says again and again is said ever less often. No line may carry a message's content.
"""

import logging
import sys
from typing import Any, Final

import structlog

from omnistate.process.log_repetition import Repetition

# The last one: Faust logs under the names of our modules that make it a service.
LIBRARIES: Final = ("aiokafka", "faust", "mode", "aiohttp", "asyncio", "omnistate.process")


def configure_logs(level: str, log_format: str) -> None:
    """Send every log line to standard error, as `console` or as `json`."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[structlog.typing.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta
    ]
    if log_format == "json":
        last += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        # A traceback that shows variables would show records.
        last += [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(),
                exception_formatter=structlog.dev.plain_traceback,
            )
        ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last)
    )
    handler.addFilter(Repetition(_say_away))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    # It warns whenever a transaction's partition is not quite ready, and tries again in 10 ms.
    logging.getLogger("aiokafka.producer.sender").setLevel(logging.ERROR)
    # It quotes requests that it cannot read, headers with secrets among them.
    logging.getLogger("aiohttp.server").addFilter(_is_no_quotation)


def _is_no_quotation(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return type(error).__module__ != "aiohttp.http_exceptions"


def _say_away(reason: str) -> None:
    get_logger().warning("broker_unreachable", reason=reason)


def get_logger() -> Any:
    """The logger of the worker."""
    return structlog.get_logger("omnistate")
