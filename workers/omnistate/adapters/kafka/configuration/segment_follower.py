"""Queues and their service level thresholds, and workstreams, as their configuration topics say.

A reader of its own: the engine's directory has no use for queues.
"""

from typing import Final

from omnistate_schemas.configuration import Configuration, Queue, Workstream

from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.configuration.configuration_follower import (
    ConfigurationFollower,
    Report,
)
from omnistate.projections.keys import OTHER

TOPICS: Final = ("queues", "workstreams")
DEFAULT_MS: Final = round(Queue().service_level_threshold * 1_000)


class SegmentFollower(ConfigurationFollower):
    """Started, run and stopped as any follower; what it says is always the last published."""

    def __init__(self, connection: Connection, report: Report) -> None:
        """Nothing is connected before `start`."""
        super().__init__(connection, report, TOPICS)
        self._thresholds_ms: dict[str, int] = {}
        self._workstreams: set[str] = set()
        # Whether somebody may write up after a hand-over; a conversation keeps its settings.
        self.may_write_up = False

    def threshold_ms(self, queue_id: str | None) -> int:
        """How soon, ms, work of a queue should be accepted; also of one that nobody configured."""
        return self._thresholds_ms.get(queue_id or "", DEFAULT_MS)

    def segment_of(self, workstream_id: str, queue_id: str | None) -> tuple[str, str]:
        """What is counted as which workstream and queue: OTHER for each that is not configured.

        No queue is the empty one.
        """
        workstream = workstream_id if workstream_id in self._workstreams else OTHER
        if not queue_id:
            return workstream, ""
        return workstream, queue_id if queue_id in self._thresholds_ms else OTHER

    def _put(self, topic: str, id_: str, configured: Configuration | None) -> None:
        match topic, configured:
            case _, Queue():
                self._thresholds_ms[id_] = round(configured.service_level_threshold * 1_000)
            case _, Workstream():
                self._workstreams.add(id_)
                self.may_write_up |= configured.wrap_up_after_transfer is not None
            case "queues", _:
                self._thresholds_ms.pop(id_, None)
            case _:
                self._workstreams.discard(id_)
