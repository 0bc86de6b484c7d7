"""What an engine does about grants, from the contract alone: holds, declines, releases, late.

It reads `agent-actions` as the gate writes it and publishes capacity changes; what it takes, when,
and what it refuses is drawn. Where its people hold more than they can, somebody went past the gate.
"""

import json
import random
from typing import Any

from omnistate_schemas.vocabulary import AGENT_ACTIONS

from tests.stream.gate_rig import GateRig

DAILY = frozenset({"case"})


class EngineStandIn:
    """The conversations, as far as the gate has to do with them."""

    def __init__(self, rig: GateRig, dice: random.Random) -> None:
        self._rig = rig
        self._dice = dice
        self._read = 0
        self._waiting: list[dict[str, Any]] = []
        self._known: set[str] = set()
        # By conversation and representative: the holds that begin and end with the conversation.
        self.holds: dict[tuple[str, str], list[str]] = {}

    def read(self) -> None:
        """See what was said to conversations since."""
        for record in self._rig.log.read(AGENT_ACTIONS, 0, self._read):
            self._read = record.offset + 1
            event = json.loads(record.value or b"")
            assert event["id"] not in self._known, event["id"]
            self._known.add(event["id"])
            if event["type"] == "router.assign":
                self._waiting.append(event)

    @property
    def idle(self) -> bool:
        """Whether everything granted has been answered."""
        return not self._waiting

    def answer(self) -> None:
        """One grant becomes a hold, or does not."""
        if not self._waiting:
            return
        event = self._waiting.pop(self._dice.randrange(len(self._waiting)))
        data, conversation = event["data"], event["subject"]
        who, reservation = data["representative_id"], data["reservation"]
        if self._dice.random() < 0.4 or (conversation, who) in self.holds:
            self._rig.decline(who, conversation, reservation)
            return
        units, profiles = reservation.get("units", 0), reservation.get("profiles", [])
        self.hold(who, conversation, units, profiles, reservation)

    def hold(
        self, who: str, conversation: str, units: int, profiles: list[str], reservation: Any = None
    ) -> None:
        """A primary hold, and one for the day right after it unless there is one already."""
        at_once = tuple(name for name in profiles if name not in DAILY)
        daily = tuple(name for name in profiles if name in DAILY)
        mine = self.holds.setdefault((conversation, who), [])
        mine.append(self._rig.begin(who, conversation, units, at_once, "primary", reservation))
        there = any(
            hold["role"] == "daily"
            and (hold["conversation_id"], hold["representative_id"]) == (conversation, who)
            for hold in self._rig.held_by.values()
        )
        if daily and not there:
            self._rig.begin(who, conversation, 0, daily, "daily")

    def end(self) -> None:
        """Somebody's part in a conversation ends; slots for the day stay."""
        if self.holds:
            place = self._dice.choice(sorted(self.holds))
            # Idle, it gives capacity back and stays theirs; B6 takes it away.
            rule = self._dice.choice(("K3", "B6"))
            for hold_id in self.holds.pop(place):
                self._rig.end(hold_id, rule)

    def end_a_day(self) -> None:
        """One slot for the day is given back."""
        daily = sorted(id_ for id_, hold in self._rig.held_by.items() if hold["role"] == "daily")
        if daily:
            self._rig.end(self._dice.choice(daily), "P1")
