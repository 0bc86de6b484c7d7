"""From "somebody has room" to "offered", stage by stage, as a reader of the topics sees them.

All times are of one clock, that of whoever reads: taken when a committed record has been read.
"""

from collections import deque
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec
from omnistate_schemas.vocabulary import (
    AGENT_ACTIONS,
    ASSIGNMENT_REQUESTS,
    REPRESENTATIVE_CAPACITY,
    STATE_CHANGES,
)

from bench.routing_centre import UNITS

WATCHED: Final = (REPRESENTATIVE_CAPACITY, ASSIGNMENT_REQUESTS, AGENT_ACTIONS, STATE_CHANGES)
_GATE: Final = b'"/omnistate/gate"'
_OFFERED: Final = b'"offered_representative_id"'
# Of the offer itself: an update of what is offered names the one it is offered to, too.
_BY_GATE: Final = b'"router.assign"'


class _Capacity(msgspec.Struct):
    representative_id: str
    available_units: int = 0


class _Request(msgspec.Struct):
    conversation_id: str


class _Change(msgspec.Struct):
    conversation_id: str
    offered_representative_id: str | None = None


class _CapacityEvent(msgspec.Struct):
    data: _Capacity


class _RequestEvent(msgspec.Struct):
    subject: str
    data: _Request


class _AssignEvent(msgspec.Struct):
    subject: str


class _ChangeEvent(msgspec.Struct):
    data: _Change


class Offer(NamedTuple):
    """Seconds of the reader's clock: room was seen, then the request, the grant, the offer."""

    conversation_id: str
    representative_id: str
    possible_s: float | None
    asked_s: float
    granted_s: float
    offered_s: float


class Stages:
    """Every offer's way; `offers` are those that have come to their end."""

    def __init__(self) -> None:
        """Nothing was read."""
        self.offers: list[Offer] = []
        self.changes = 0
        self.fresh: deque[Offer] = deque()
        self._room_s: dict[str, float] = {}
        # Of those who have none any more, and whose request is not read yet.
        self._had_room_s: dict[str, float] = {}
        self._asked: dict[str, tuple[float | None, float]] = {}
        self._granted_s: dict[str, float] = {}
        self._read_capacity = msgspec.json.Decoder(_CapacityEvent).decode
        self._read_request = msgspec.json.Decoder(_RequestEvent).decode
        self._read_assign = msgspec.json.Decoder(_AssignEvent).decode
        self._read_change = msgspec.json.Decoder(_ChangeEvent).decode

    def take(self, topic: str, values: Sequence[bytes], now_s: float) -> None:
        """Records of one topic that have just been read."""
        if topic == REPRESENTATIVE_CAPACITY:
            for value in values:
                seen = self._read_capacity(value).data
                self._see_room(seen.representative_id, seen.available_units >= UNITS, now_s)
        elif topic == ASSIGNMENT_REQUESTS:
            for value in values:
                request = self._read_request(value)
                # Whoever still has room after this is free for the next from now on.
                who = request.subject
                possible_s = self._room_s.pop(who, None) or self._had_room_s.pop(who, None)
                self._asked[request.data.conversation_id] = possible_s, now_s
        elif topic == AGENT_ACTIONS:
            for value in values:
                if _GATE in value:
                    self._granted_s[self._read_assign(value).subject] = now_s
        else:
            self.changes += len(values)
            for value in values:
                if _OFFERED in value and _BY_GATE in value:
                    self._take_offer(self._read_change(value).data, now_s)

    def _see_room(self, who: str, has_room: bool, now_s: float) -> None:
        if has_room:
            self._room_s.setdefault(who, now_s)
            self._had_room_s.pop(who, None)
        elif who in self._room_s:
            self._had_room_s[who] = self._room_s.pop(who)

    def _take_offer(self, seen: _Change, now_s: float) -> None:
        who = seen.offered_representative_id
        asked = self._asked.pop(seen.conversation_id, None)
        if who is None or asked is None:
            return
        # Topics are read one after the other: what is read late was there before.
        granted_s = self._granted_s.pop(seen.conversation_id, now_s)
        offer = Offer(seen.conversation_id, who, *asked, granted_s, now_s)
        self.offers.append(offer)
        self.fresh.append(offer)


def describe_stages(offers: Sequence[Offer]) -> dict[str, dict[str, float]]:
    """Milliseconds of each stage: the median and the 99th percentile."""
    known = [each for each in offers if each.possible_s is not None]
    stages: dict[str, list[float]] = {
        "possible to asked for (router)": [],
        "asked for to granted (gate)": [],
        "granted to offered (engine)": [],
        "possible to granted (router and gate)": [],
        "possible to offered": [],
    }
    for each in known:
        possible_s = each.possible_s or 0.0
        for name, took_s in zip(
            stages,
            (
                each.asked_s - possible_s,
                each.granted_s - each.asked_s,
                each.offered_s - each.granted_s,
                each.granted_s - possible_s,
                each.offered_s - possible_s,
            ),
            strict=True,
        ):
            stages[name].append(took_s * 1_000)
    return {name: percentiles(took) for name, took in stages.items() if took}


def percentiles(took: list[float]) -> dict[str, Any]:
    """The median, the 99th percentile and the longest."""
    ordered = sorted(took)
    return {
        name: round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 1)
        for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
    }
