"""A desk with a gate: holds by conversation, leases and requests, and what is said of them."""

import json
from collections.abc import Mapping
from typing import Any

from omnistate.core.directory import Directory
from omnistate_schemas.agent_actions import AGENT_ACTION
from omnistate_schemas.outputs import OUTPUT
from omnistate_schemas.vocabulary import (
    AGENT_ACTIONS,
    ASSIGNMENT_REQUESTS,
    CAPACITY_CHANGES,
    REJECTED_INPUTS,
    REPRESENTATIVE_PRESENCE,
)

from tests.stream.representative_rig import RepresentativeRig

Json = dict[str, Any]


class GateRig(RepresentativeRig):
    """Holds have names here; the counters of one partition of the engine follow them."""

    def __init__(self, directory: Directory, *, partition: int = 0) -> None:
        super().__init__(directory)
        self.engine_partition = partition
        self.held_by: dict[str, Json] = {}

    def begin(
        self,
        id_: str,
        conversation_id: str,
        units: int = 0,
        profiles: tuple[str, ...] = (),
        role: str = "primary",
        reservation: Mapping[str, Any] | None = None,
    ) -> str:
        """A hold begins; its id."""
        self.count += 1
        hold_id = f"0-{self.count}.h1"
        hold = {
            "representative_id": id_,
            "conversation_id": conversation_id,
            "hold_id": hold_id,
            "role": role,
            "units": units,
            "profiles": list(profiles),
        }
        self.held_by[hold_id] = hold
        extra = {} if reservation is None else {"reservation": dict(reservation)}
        self._move("capacity.held", hold_id, {**hold, **extra})
        return hold_id

    def end(self, hold_id: str, rule: str = "B7") -> None:
        """A hold ends, by that rule."""
        data = {**self.held_by.pop(hold_id), "rule": rule}
        self._move("capacity.released", f"{hold_id}.released", data)

    def _move(self, type_: str, event_id: str, data: Json) -> None:
        who = data["representative_id"]
        number = self.numbers[who, 0] = self.numbers.get((who, 0), 0) + 1
        mine = [each for each in self.held_by.values() if each["representative_id"] == who]
        profiles: dict[str, int] = {}
        for each in mine:
            for name in each["profiles"]:
                profiles[name] = profiles.get(name, 0) + 1
        counters = {
            "partition": self.engine_partition,
            "partition_sequence": number,
            "partition_units": sum(each["units"] for each in mine),
            "partition_profiles": profiles,
        }
        # What is empty is left out.
        members = {name: each for name, each in {**data, **counters}.items() if each != []}
        self._append(CAPACITY_CHANGES, type_, who, members, event_id)

    def decline(self, id_: str, conversation_id: str, reservation: Mapping[str, Any]) -> None:
        """Nothing is held for what was granted."""
        data = {
            "representative_id": id_,
            "conversation_id": conversation_id,
            "code": "invalid_status",
            "reservation": dict(reservation),
        }
        self.count += 1
        self._append(CAPACITY_CHANGES, "capacity.declined", id_, data, f"d{self.count}")

    def sign(self, id_: str, presence: str = "available", **members: Any) -> None:
        """Somebody says a presence, perhaps with a lease."""
        self.count += 1
        data = {"presence": presence, **members}
        self._append(
            REPRESENTATIVE_PRESENCE, "representative.presence", id_, data, f"p{self.count}"
        )

    def ask(
        self, id_: str, conversation_id: str | None = "chat-1", event_id: str = "", **members: Any
    ) -> str:
        """Somebody asks the gate; the request's id."""
        self.count += 1
        data = {"conversation_id": conversation_id, **members}
        event_id = event_id or f"r{self.count}"
        self._append(ASSIGNMENT_REQUESTS, "assignment.requested", id_, data, event_id)
        return event_id

    def wait(self, seconds: float) -> None:
        """Time goes by."""
        self.now_ms += round(seconds * 1_000)

    def orders(self) -> list[Json]:
        """What was said to conversations, in order; each is an action that the engine takes."""
        return [self._valid(each, AGENT_ACTION) for each in self._said(AGENT_ACTIONS)]

    def answers(self) -> list[Json]:
        """What requests were refused, in order."""
        return [self._valid(each, OUTPUT) for each in self._said(REJECTED_INPUTS)]

    def _said(self, topic: str) -> list[tuple[bytes | None, bytes]]:
        return [(each.key, each.value or b"") for each in self.log.read(topic, 0, 0)]

    @staticmethod
    def _valid(said: tuple[bytes | None, bytes], model: Any) -> Json:
        key, value = said
        event: Json = json.loads(value)
        model.validate_python(event)
        assert key == event["subject"].encode()
        return event


def connections(rig: GateRig) -> list[tuple[str, str]]:
    """Who was said to have gone or be back, to which conversation."""
    return [
        (each["type"].removeprefix("representative."), each["subject"])
        for each in rig.orders()
        if each["type"] != "router.assign"
    ]
