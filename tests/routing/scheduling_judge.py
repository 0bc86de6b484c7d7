"""Whether work reaches people as it should, judged by what is published, as it is published.

What fits whom is read from the contract by the naive router, which knows nothing of the real one's
lists and pools. A router's own state is never looked at.
"""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec
from omnistate.core.router.actions import AssignmentRequest
from omnistate.core.router.seen import CapacitySeen, ConversationSeen, RefusalSeen
from omnistate.stream.ports import Outgoing, Record
from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.vocabulary import (
    AGENT_ACTIONS,
    ASSIGNMENT_REQUESTS,
    CONVERSATION_STATES,
    REJECTED_INPUTS,
    REPRESENTATIVE_CAPACITY,
    STATE_CHANGES,
)

from tests.core.naive_router import NaiveRouter
from tests.routing.offers_made import OffersMade

GATE: Final = "/omnistate/gate"
ROUTER: Final = "/omnistate/router"
PATIENCE_MS: Final = 1_000
Json = dict[str, Any]


class Fault(NamedTuple):
    """Something is not as it should be: which property, when, and what."""

    what: str
    at_ms: int
    says: str


class SchedulingJudge:
    """Reads every record of a centre in its order; `look` now and then; `faults` is the verdict."""

    def __init__(self, configuration: Json) -> None:
        self.faults: list[Fault] = []
        # How often there was anything to judge.
        self.counts: Counter[str] = Counter()
        self.acting_since_ms: int | None = None
        self._now_ms = 0
        self._known = NaiveRouter()
        self._offers = OffersMade(configuration)
        # Since when each pair, or conversation that should overflow, is as it should not be.
        self._since_ms: dict[tuple[str, str], int] = {}
        self._asked_ms: dict[str, int] = {}
        self._late: set[str] = set()
        # To whom a conversation, as it was at a sequence, might be offered when that was asked for.
        self._fitting: set[tuple[str, int, str]] = set()
        centre = ContactCentre.model_validate(configuration)
        for kind, section in (
            ("workstreams", centre.workstreams),
            ("profiles", centre.capacity_profiles),
            ("queues", centre.queues),
            ("representatives", centre.representatives),
        ):
            for id_, configured in section.items():
                self._known.put(kind, id_, configured)

    def act(self, is_acting: bool, now_ms: int) -> None:
        """A router acts from now on, or none does."""
        self.acting_since_ms = now_ms if is_acting else None

    def come_late(self, records: Sequence[Outgoing]) -> None:
        """A router that was replaced long ago sends this: it goes by an old picture."""
        self._late.update(json.loads(each.value or b"")["id"] for each in records)

    def take(self, record: Record) -> None:
        """One more record of the log."""
        self._now_ms = record.timestamp_ms
        if record.value is None:
            return
        event = json.loads(record.value)
        data, known = event["data"], self._known
        match record.topic:
            case topic if topic == CONVERSATION_STATES:
                seen = msgspec.convert(data, ConversationSeen, strict=False)
                kept = seen.status == "open" or bool(seen.offered_representative_ids)
                known.put("conversations", seen.conversation_id, seen if kept else None)
                queued = kept and seen.queue_id in known.queues
                self.counts["declined by enough"] += queued and known.is_exhausted(seen)
            case topic if topic == STATE_CHANGES:
                self._take_change(event)
            case topic if topic == REPRESENTATIVE_CAPACITY:
                capacity = msgspec.convert(data, CapacitySeen, strict=False)
                known.put("capacities", capacity.representative_id, capacity)
            case topic if topic == REJECTED_INPUTS:
                refusal = msgspec.convert(data, RefusalSeen, strict=False)
                known.take_refusal(refusal, self._now_ms)
                if refusal.code == "duplicate":
                    # Whoever asked once more may have fallen: here nobody gives a request up.
                    known.asked = [each for each in known.asked if each[1].id != refusal.cause.id]
            case topic if topic == ASSIGNMENT_REQUESTS and event["source"] == ROUTER:
                self._take_request(event)
            case topic if topic == AGENT_ACTIONS and event["source"] == ROUTER:
                self.counts["overflows"] += 1
                sequence = data.get("expected_sequence", 0)
                known.overflowing[event["subject"]] = sequence, self._now_ms

    def _take_change(self, event: Json) -> None:
        data = event["data"]
        id_, sequence = data["conversation_id"], data["sequence"]
        if (data["cause"].get("type"), data["cause"].get("source")) == ("router.assign", GATE):
            self.counts["offers"] += 1
            # A record is given at once.
            for who in data.get("offered_representative_ids") or [data["representative_id"]]:
                if who not in self._offers.offered(id_) and (
                    (id_, sequence - 1, who) not in self._fitting
                ):
                    self._blame("twice", f"{id_} is offered to {who}, who was not to be asked")
        for what, says in self._offers.take(event):
            self._blame(what, says)

    def _take_request(self, event: Json) -> None:
        data, who = event["data"], event["subject"]
        request = AssignmentRequest(
            event["id"],
            who,
            data["conversation_id"],
            data["units"],
            tuple(data["profiles"]),
            data.get("expected_sequence", 0),
            tuple(data["allowed_presences"]),
        )
        known, now_ms = self._known, self._now_ms
        asked_for = known.conversations.get(request.conversation_id)
        late = event["id"] in self._late
        self.counts["late requests"] += late
        if asked_for is not None and known.first_obstacle(asked_for, who, now_ms) is None:
            self._fitting.add((asked_for.conversation_id, asked_for.sequence, who))
        if asked_for is not None and not late:
            for other in known.pushed():
                if (
                    known.work_order(other) < known.work_order(asked_for)
                    and known.wants_somebody(other, now_ms)
                    and known.first_obstacle(other, who, now_ms) is None
                ):
                    says = f"{who} is asked for {request.conversation_id} before "
                    self._blame("order", says + other.conversation_id)
        known.asked.append((now_ms, request))
        self._asked_ms[who] = self._asked_ms[request.conversation_id] = now_ms

    def look(self, now_ms: int) -> None:
        """Whether anything waits for longer than it may; nothing is new since the last record."""
        known = self._known
        for id_, (sequence, people) in known.unsettled.items():
            known.in_vain.setdefault((id_, sequence), set()).update(people)
        known.unsettled.clear()
        if self.acting_since_ms is None:
            self._since_ms.clear()
            return
        # A refusal excuses nobody for longer than it takes to hear what it follows from.
        barred, known.barred = known.barred, {}
        found = set()
        for each in known.pushed():
            id_ = each.conversation_id
            if (
                each.status == "open"
                and not known.is_exhausted(each)
                and not known.is_held_up(each, now_ms)
                and not known.overflow_is_on_its_way(each, now_ms)
                and known.rule_that_holds(each, now_ms) is not None
            ):
                found.add((id_, ""))
            if known.wants_somebody(each, now_ms):
                for who in known.representatives:
                    if known.first_obstacle(each, who, now_ms) is None:
                        found.add((id_, who))
        known.barred = barred
        self._since_ms = {
            pair: max(
                self._since_ms.get(pair, now_ms),
                self.acting_since_ms,
                *(self._asked_ms.get(each, 0) for each in pair),
            )
            for pair in found
        }
        for (id_, who), since_ms in self._since_ms.items():
            if now_ms - since_ms > PATIENCE_MS:
                if who:
                    self._blame("idle", f"{who} could be given {id_} since {since_ms}")
                else:
                    self._blame("overflow", f"{id_} should have overflowed since {since_ms}")

    def _blame(self, what: str, says: str) -> None:
        self.faults.append(Fault(what, self._now_ms, says))
