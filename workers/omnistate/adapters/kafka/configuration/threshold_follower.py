"""The service level thresholds of queues, followed on their configuration topic.

A reader of its own: the engine's directory has no use for queues.
"""

from typing import Final

from omnistate_schemas.configuration import Configuration, Queue

from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.configuration.configuration_follower import (
    ConfigurationFollower,
    Report,
)

TOPIC: Final = "queues"
DEFAULT_MS: Final = round(Queue().service_level_threshold * 1_000)


class ThresholdFollower(ConfigurationFollower):
    """Started, run and stopped as any follower; `threshold_ms` is always the last published."""

    def __init__(self, connection: Connection, report: Report) -> None:
        """Nothing is connected before `start`."""
        super().__init__(connection, report, (TOPIC,))
        self._thresholds_ms: dict[str, int] = {}

    def threshold_ms(self, queue_id: str | None) -> int:
        """How soon work of a queue should be accepted; also of one that nobody configured."""
        return self._thresholds_ms.get(queue_id or "", DEFAULT_MS)

    def _put(self, topic: str, id_: str, configured: Configuration | None) -> None:  # noqa: ARG002
        if isinstance(configured, Queue):
            self._thresholds_ms[id_] = round(configured.service_level_threshold * 1_000)
        else:
            self._thresholds_ms.pop(id_, None)
