"""The centre that routers are measured in: its configuration, and what is said in it, as records.

Everybody can hold three conversations; many more wait. It talks to no broker.
"""

from collections.abc import Mapping
from itertools import count
from typing import Any, Final

import msgspec
from omnistate_schemas.registry import INPUTS
from omnistate_schemas.times import format_time
from omnistate_schemas.vocabulary import REPRESENTATIVE_PRESENCE

from bench.mix import Said

WORKSTREAM: Final = "chat"
UNITS: Final = 30
HELD_EACH: Final = 3
QUEUES_MAX: Final = 20
QUEUES_EACH: Final = 3
# Longer than any measurement: nothing ends by itself.
LONG_S: Final = 86_400
_ENCODE: Final = msgspec.json.Encoder().encode


def configure_centre(people: int) -> dict[str, Any]:
    """So many people, each in three queues with ranks."""
    queues = min(QUEUES_MAX, people)
    return {
        "workstreams": {
            WORKSTREAM: {
                "channel": "live_chat",
                "units": UNITS,
                "assign_through_gate": True,
                "offer_timeout": LONG_S,
                "auto_close": {"open": LONG_S, "active": None},
            }
        },
        "queues": {
            _name_queue(number, queues): {
                "priority": number % 3,
                "widen_after": 5,
                "overflow": [{"when": "waited", "seconds": LONG_S, "do": "close"}],
            }
            for number in range(queues)
        },
        "representatives": {
            name_person(number): {
                "units": UNITS * HELD_EACH,
                "queues": {
                    _name_queue(number + step, queues): 1 + step for step in range(QUEUES_EACH)
                },
            }
            for number in range(people)
        },
    }


def name_person(number: int) -> str:
    """The id of somebody."""
    return f"rep-{number}"


def _name_queue(number: int, queues: int) -> str:
    return f"queue-{number % queues}"


class Speaker:
    """Says things as records of the input topics, each with an id of its own."""

    def __init__(self, people: int, now_ms: int) -> None:
        """`now_ms` is the time that all events bear; the broker stamps the records anyway."""
        self._queues = min(QUEUES_MAX, people)
        self._ids = count(1)
        self._time = format_time(now_ms)
        self._now_ms = now_ms

    def start(self, number: int) -> Said:
        """A conversation of that number starts, in one of the queues by turns."""
        data = {
            "channel": "live_chat",
            "workstream_id": WORKSTREAM,
            "queue_id": _name_queue(number, self._queues),
        }
        return self._say("conversation.started", name_conversation(number), data)

    def sign_in(self, who: str) -> Said:
        """Somebody is available from now on."""
        topic = REPRESENTATIVE_PRESENCE
        return self._say("representative.presence", who, {"presence": "available"}, topic)

    def accept(self, id_: str, who: str) -> Said:
        """Somebody takes an offer."""
        return self._say("representative.accept", id_, {"representative_id": who})

    def close(self, id_: str) -> Said:
        """A conversation is over at once, so that somebody has room again."""
        return self._say("supervisor.force_close", id_, {"supervisor_id": "bench"})

    def change(self, id_: str) -> Said:
        """Something about a conversation changes that does not decide who is given it."""
        return self._say("conversation.updated", id_, {"attributes": {"step": next(self._ids)}})

    def _say(
        self, type_: str, subject: str, data: Mapping[str, Any], topic: str | None = None
    ) -> Said:
        event = {
            "specversion": "1.0",
            "id": f"said-{next(self._ids)}",
            "source": "/bench",
            "type": type_,
            "subject": subject,
            "time": self._time,
            "data": data,
        }
        topic = INPUTS[type_].topic if topic is None else topic
        return Said(topic, subject.encode(), _ENCODE(event), self._now_ms)


def name_conversation(number: int) -> str:
    """The id of a conversation."""
    return f"chat-{number}"
