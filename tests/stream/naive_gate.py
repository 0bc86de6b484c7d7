"""The representative worker once more, from the contract's text alone: the judge of the other one.

It reads all inputs in order, keeps everything in plain dictionaries by hold and counts from
scratch each time. It shares no code with what it judges.
"""

import json
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

Json = dict[str, Any]
# So a hold for handling ends while the conversation stays with them: idle, or in wrap-up.
STAYS_THEIRS: Final = ("K3", "U1", "B1", "B2", "B3", "B21", "F5", "W4", "W9")
RANK: Final = ("representative-presence", "capacity-changes", "assignment-requests")


class Said(NamedTuple):
    """What is expected on `agent-actions` or `rejected-inputs`, but for ids."""

    type: str
    subject: str
    at_ms: int
    data: Json


class Person:
    """All that is known of one representative."""

    def __init__(self) -> None:
        self.holds: dict[str, Json] = {}
        # Told that they have gone, and theirs without a hold.
        self.without_hold: set[str] = set()
        self.granted: list[Json] = []
        self.requests: list[tuple[str, str]] = []
        # How often something was granted, and when the last of it was.
        self.given = self.given_ms = 0
        self.said: str | None = None
        # Whether anything was ever said, and whether what was said is over.
        self.came = self.lost = False
        self.lease_end: int | None = None

    @property
    def gone(self) -> bool:
        return self.lost or self.said == "offline"

    def handled(self) -> list[str]:
        found = {
            hold["conversation_id"]
            for hold in self.holds.values()
            if hold["role"] in ("primary", "consultant")
        }
        return sorted(found)


class NaiveGate:
    """Feed it every input, then compare what it says."""

    def __init__(self, centre: Json) -> None:
        self.profiles: Json = centre.get("capacity_profiles") or {}
        self.configured: Json = centre.get("representatives") or {}
        self.people: dict[str, Person] = {}
        self.clock_ms = 0
        self.actions: list[Said] = []
        self.refused: list[Said] = []
        self.over_assigned: list[str] = []

    def run(self, records: Iterable[Any], until_ms: int) -> None:
        """All inputs, in order of time, then by topic, then by offset; then the clock goes on."""
        ordered = sorted(
            records, key=lambda each: (each.timestamp_ms, RANK.index(each.topic), each.offset)
        )
        for record in ordered:
            self.take(json.loads(record.value), record.timestamp_ms)
        self.let_leases_end(until_ms)

    def take(self, event: Json, at_ms: int) -> None:
        """One input, once the leases of before have ended."""
        self.let_leases_end(at_ms)
        self.clock_ms = max(self.clock_ms, at_ms)
        person = self.people.setdefault(event["subject"], Person())
        {
            "representative.presence": self.presence,
            "capacity.held": self.held,
            "capacity.released": self.released,
            "capacity.declined": self.declined,
            "assignment.requested": self.requested,
        }[event["type"]](event["subject"], person, event)

    def let_leases_end(self, now_ms: int) -> None:
        while True:
            due = [
                (person.lease_end, who)
                for who, person in self.people.items()
                if person.lease_end is not None and person.lease_end <= now_ms
            ]
            if not due:
                return
            at_ms, who = min(due)
            self.clock_ms = max(self.clock_ms, at_ms)
            person = self.people[who]
            before, person.lease_end = person.gone, None
            person.lost, person.said = True, None
            self.tell(who, person, before=before)

    def tell(self, who: str, person: Person, *, before: bool) -> None:
        if person.gone != before:
            word = "disconnected" if person.gone else "reconnected"
            kept = set() if person.gone else person.without_hold
            person.without_hold = person.without_hold - kept
            for conversation in sorted({*person.handled(), *kept}):
                self.action(f"representative.{word}", conversation, {"representative_id": who})

    def action(self, type_: str, subject: str, data: Json) -> None:
        self.actions.append(Said(type_, subject, self.clock_ms, data))

    def presence(self, who: str, person: Person, event: Json) -> None:
        data, before, lease = event["data"], person.gone, event["data"].get("lease_seconds")
        person.came, person.lost, person.said = True, False, data["presence"]
        wanted = lease is not None and person.said != "offline"
        person.lease_end = self.clock_ms + lease * 1_000 if wanted else None
        self.tell(who, person, before=before)

    def moved(self, person: Person) -> None:
        if person.said in ("available", "busy"):
            person.said = None

    def held(self, who: str, person: Person, event: Json) -> None:
        data = event["data"]
        self.moved(person)
        before = data["conversation_id"] in person.handled()
        daily = any(
            hold["role"] == "daily" and hold["conversation_id"] == data["conversation_id"]
            for hold in person.holds.values()
        )
        person.granted = [grant for grant in person.granted if not grant.get("last")]
        person.holds[data["hold_id"]] = data
        person.without_hold -= set(person.handled())
        reservation = data.get("reservation")
        if reservation is not None:
            mark = (reservation["source"], reservation["id"])
            kept = []
            for grant in person.granted:
                if grant["mark"] == mark:
                    rest = [p for p in grant["slots"] if p not in data.get("profiles", [])]
                    if rest and not daily:
                        # Their daily hold is what comes next.
                        kept.append({**grant, "units": 0, "slots": rest, "last": True})
                else:
                    kept.append(grant)
            person.granted = kept
        if person.gone and not before and data["conversation_id"] in person.handled():
            told = {"representative_id": who}
            self.action("representative.disconnected", data["conversation_id"], told)

    def released(self, _who: str, person: Person, event: Json) -> None:
        self.moved(person)
        person.granted = [grant for grant in person.granted if not grant.get("last")]
        before = set(person.handled())
        del person.holds[event["data"]["hold_id"]]
        if person.gone and event["data"]["rule"] in STAYS_THEIRS:
            person.without_hold |= before - set(person.handled())

    def declined(self, _who: str, person: Person, event: Json) -> None:
        reservation = event["data"]["reservation"]
        mark = (reservation["source"], reservation["id"])
        person.granted = [grant for grant in person.granted if grant["mark"] != mark]

    def requested(self, who: str, person: Person, event: Json) -> None:
        data, mark = event["data"], (event["source"], event["id"])
        code = self.why_not(who, person, data, mark)
        if code is not None:
            type_ = "input.ignored" if code == "duplicate" else "input.rejected"
            data = {"code": code, "representative_id": who}
            self.refused.append(Said(type_, event["data"]["conversation_id"], self.clock_ms, data))
            return
        units, profiles = data.get("units", 0), data.get("profiles", [])
        slots = [each for each in profiles if each not in self.daily(person, data)]
        person.granted.append({"mark": mark, "units": units, "slots": slots})
        person.requests = [*person.requests, mark][-64:]
        person.given += 1
        person.given_ms = self.clock_ms
        reservation = {"id": mark[1], "source": mark[0], "units": units}
        if profiles:
            reservation["profiles"] = profiles
        self.action(
            "router.assign",
            data["conversation_id"],
            {"representative_id": who, "reservation": reservation},
        )

    def daily(self, person: Person, data: Json) -> set[str]:
        return {
            name
            for hold in person.holds.values()
            if hold["role"] == "daily" and hold["conversation_id"] == data["conversation_id"]
            for name in hold["profiles"]
        }

    def why_not(self, who: str, person: Person, data: Json, mark: tuple[str, str]) -> str | None:
        if mark in person.requests:
            return "duplicate"
        if self.short(who, person, data) or len(person.granted) >= 64:
            return "no_capacity"
        allowed = data.get("allowed_presences") or ["available", "busy"]
        shown = self.shown(who, person)
        return None if shown is None or shown in allowed else "not_assignable"

    def shown(self, who: str, person: Person) -> str | None:
        """Their presence; None where it only follows from capacity."""
        if person.lost:
            return "offline"
        if person.said is not None:
            return person.said
        if person.came:
            return None
        default = (self.configured.get(who) or {}).get("default_presence", "offline")
        return None if default == "available" else str(default)

    def short(self, who: str, person: Person, data: Json) -> bool:
        units, slots = self.taken(person)
        limit = (self.configured.get(who) or {}).get("units", 100)
        if units + data.get("units", 0) > limit:
            return True
        own = (self.configured.get(who) or {}).get("profiles") or {}
        daily = self.daily(person, data)

        def limit_of(name: str) -> int:
            profile = self.profiles.get(name)
            found = own.get(name)
            if found is None:
                found = 0 if profile is None else profile.get("limit", 1)
            return int(found)

        for name in data.get("profiles", []):
            if name not in daily and slots.get(name, 0) + 1 > limit_of(name):
                return True
        blocking = [name for name, each in self.profiles.items() if each.get("blocking")]
        return any(slots.get(name, 0) >= max(1, limit_of(name)) for name in blocking)

    def taken(self, person: Person) -> tuple[int, dict[str, int]]:
        """Held and granted."""
        units = sum(hold.get("units", 0) for hold in person.holds.values())
        units += sum(grant["units"] for grant in person.granted)
        slots: dict[str, int] = {}
        held = [hold.get("profiles", []) for hold in person.holds.values()]
        for names in (*held, *(grant["slots"] for grant in person.granted)):
            for name in names:
                slots[name] = slots.get(name, 0) + 1
        return units, slots
