"""The configuration topics for whoever makes something of their own of each object.

A reader like any other: what cannot be used changes nothing and is reported.
"""

from collections.abc import Callable, Iterable

from omnistate_schemas.configuration import Configuration

from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.configuration.configuration_follower import (
    ConfigurationFollower,
    Report,
)

# A topic, an id, and what is configured; None: it was taken away.
Put = Callable[[str, str, Configuration | None], None]


class ObjectFollower(ConfigurationFollower):
    """Started, run and stopped as any follower; hands over each object, between two awaits."""

    def __init__(
        self, connection: Connection, report: Report, topics: Iterable[str], put: Put
    ) -> None:
        """Nothing is connected before `start`, which may hand over again what it did before."""
        super().__init__(connection, report, topics)
        self._hand_over = put

    def _put(self, topic: str, id_: str, configured: Configuration | None) -> None:
        self._hand_over(topic, id_, configured)
