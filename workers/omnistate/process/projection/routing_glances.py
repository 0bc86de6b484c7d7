"""What a router makes of the conversations on a board, for an overview that is read all the time.

Where there are very many people or very much waits, finding it out takes long: then it is done less
often. It must not wait for the topics to be read: a board without it is shown at once.
"""

import time
from typing import Final

from omnistate_schemas.explained_routing import WaitingRouting
from omnistate_schemas.listed_conversations import Waiting

from omnistate.process.projection.routing_watch import RoutingWatch, encode

# Of the time that may be spent on it.
SHARE: Final = 0.1


class RoutingGlances:
    """Adds to conversations that wait what a router makes of them."""

    def __init__(self, routing: RoutingWatch) -> None:
        """Nothing is asked for yet."""
        self._routing = routing
        self._known: dict[str, WaitingRouting] = {}
        self._kept_until_s = 0.0

    def add_to(self, waiting: list[Waiting]) -> list[Waiting]:
        """The same, with what is known by now."""
        began_s = time.monotonic()
        if began_s >= self._kept_until_s:
            found = self._routing.glance(each.conversation_id for each in waiting)
            self._known = {
                each.conversation_id: WaitingRouting.model_validate_json(encode(each))
                for each in found
            }
            self._kept_until_s = began_s + (time.monotonic() - began_s) / SHARE
        return [
            each.model_copy(update={"routing": self._known.get(each.conversation_id)})
            for each in waiting
        ]
