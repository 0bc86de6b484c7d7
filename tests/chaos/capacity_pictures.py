"""What `representative-capacity` must say, batch by batch, folded by code of its own.

From contract.md#presence and contract.md#representative-capacity alone; nothing of the
engine is used. Pure: records are handed in, in the order in which they were taken. Whose lease runs
out, what is granted and what conversations are told, a naive gate of the tests' says.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from omnistate_schemas.vocabulary import (
    ASSIGNMENT_REQUESTS,
    CAPACITY_CHANGES,
    REPRESENTATIVE_PRESENCE,
)

from tests.stream import naive_gate

Json = dict[str, Any]
# Topic, key, value and append time of an input, epoch ms.
Taken = tuple[str, bytes | None, bytes | None, int]
# Of what is published, these tell of the telling; all else is the picture.
TOLD: Final = ("sequence", "changed_at", "cause", "last_released_at", "last_granted_at", "grants")
# Set, these are over with the next change of what they hold.
PASSING: Final = ("available", "busy")
HANDLING: Final = ("primary", "consultant")
# What the representative worker says to conversations.
GATE: Final = "/omnistate/gate"
OURS: Final = (GATE, "/omnistate/presence")


class Person:
    """One representative, as far as the inputs say."""

    def __init__(self) -> None:
        self.units: dict[int, int] = {}
        self.slots: dict[int, Mapping[str, int]] = {}
        self.numbers: dict[int, int] = defaultdict(int)
        self.missed = 0
        self.wish: str | None = None
        self.came = False
        # By the clock of whoever tells: the last release of a hold for handling.
        self.released_ms = 0
        self.wished_by = ""
        self.heard: set[tuple[str, str]] = set()

    def take_change(self, event: Json, clock_ms: int) -> None:
        """A partition says what they hold there; the absolute counters count."""
        data = event["data"]
        partition, number = data["partition"], data["partition_sequence"]
        if number <= self.numbers[partition]:
            return
        self.missed += number - self.numbers[partition] - 1
        self.numbers[partition] = number
        self.units[partition] = data["partition_units"]
        self.slots[partition] = data.get("partition_profiles", {})
        if event["type"] == "capacity.released" and data["role"] in HANDLING:
            self.released_ms = clock_ms
        if self.wish in PASSING:
            self.wish = None

    def take_presence(self, event: Json) -> bool:
        """Somebody sets their presence; False for a repeat, which changes nothing."""
        mark = (event["source"], event["id"])
        if mark in self.heard:
            return False
        self.heard.add(mark)
        self.came = True
        self.wish = event["data"]["presence"]
        supervised = event["data"].get("supervisor_id") is not None
        self.wished_by = "set_by_supervisor" if supervised else "set_by_representative"
        return True

    def holds(self) -> tuple[int, dict[str, int]]:
        """Units and slots over all partitions."""
        slots: defaultdict[str, int] = defaultdict(int)
        for each in self.slots.values():
            for name, count in each.items():
                slots[name] += count
        return sum(self.units.values()), {name: count for name, count in slots.items() if count}


class Pictures:
    """Everybody's, one after the other; `of` is what must have been published of each."""

    def __init__(self, configuration: Json) -> None:
        self.of: defaultdict[str, list[Json]] = defaultdict(list)
        # What conversations must have been told: type, conversation and representative.
        self.told: Counter[tuple[str, str, str]] = Counter()
        self._configuration = configuration
        self._profiles: Json = configuration.get("capacity_profiles") or {}
        self._configured: Json = configuration.get("representatives") or {}
        self._people: defaultdict[str, Person] = defaultdict(Person)
        # By partition of the representative worker: each has a clock of its own.
        self._gates: dict[int, naive_gate.NaiveGate] = {}
        self._gone: set[str] = set()
        self._drawn: dict[str, tuple[Any, ...]] = {}
        # Whoever is configured is told of at the start, whatever happens to them.
        for id_ in self._configured:
            self._draw(id_, naive_gate.Person())

    def take_batch(
        self, records: Iterable[Taken], clock_ms: int | None = None, partition: int = 0
    ) -> None:
        """What was taken together: whoever's picture changed is told of once.

        `clock_ms` is what the partition's clock came to: leases have ended until then.
        """
        gate = self._gates.setdefault(partition, naive_gate.NaiveGate(self._configuration))
        touched: set[str] = set()
        for topic, key, value, at_ms in records:
            event = read_event(value)
            if event is None or key != event["subject"].encode():
                continue
            person = self._people[event["subject"]]
            if topic == CAPACITY_CHANGES and event["type"] != "capacity.declined":
                person.take_change(event, max(gate.clock_ms, at_ms))
            elif topic == REPRESENTATIVE_PRESENCE and not person.take_presence(event):
                gate.let_leases_end(at_ms)
                gate.clock_ms = max(gate.clock_ms, at_ms)
                continue
            assert topic in (CAPACITY_CHANGES, REPRESENTATIVE_PRESENCE, ASSIGNMENT_REQUESTS)
            gate.take(event, at_ms)
            touched.add(event["subject"])
        if clock_ms is not None:
            gate.let_leases_end(clock_ms)
        self.told.update((each.type, each.subject, _who(each)) for each in gate.actions)
        gate.actions.clear()
        gate.refused.clear()
        for id_, one in gate.people.items():
            if one.lost != (id_ in self._gone):
                touched.add(id_)
                self._gone ^= {id_}
                if one.lost:
                    self._people[id_].wish = None
        for id_ in touched:
            self._draw(id_, gate.people[id_])

    def _draw(self, id_: str, gated: naive_gate.Person) -> None:
        person = self._people[id_]
        known = id_ in self._configured or person.came or person.numbers or gated.given
        if not known:
            # Whose requests alone were refused has no picture.
            return
        picture = self._picture(id_, gated)
        grants = [(each["mark"], each["units"], each["slots"]) for each in gated.granted]
        mark = (person.released_ms, gated.given_ms, grants, picture)
        if self._drawn.get(id_) != mark:
            self._drawn[id_] = mark
            self.of[id_].append(picture)

    def _picture(self, id_: str, gated: naive_gate.Person) -> Json:
        person, configured = self._people[id_], self._configured.get(id_) or {}
        own = configured.get("profiles") or {}
        units = configured.get("units", 100)
        held, slots = person.holds()
        granted = sum(each["units"] for each in gated.granted)
        given = Counter(name for each in gated.granted for name in each["slots"])
        profiles = {}
        for name in {*own, *slots, *given}:
            profile = self._profiles.get(name)
            limit = own.get(name)
            if limit is None:
                limit = 0 if profile is None else (profile or {}).get("limit", 1)
            used = slots.get(name, 0)
            blocking = (profile or {}).get("blocking", False)
            profiles[name] = {
                "limit": limit,
                "occupied": used,
                "granted": given[name],
                "available": limit - used - given[name],
                "blocking": blocking,
            }
        presence, reason = self._presence_of(person, gated, configured, units, profiles)
        blocked = _blocked(profiles, "occupied", "granted")
        picture = {
            "representative_id": id_,
            "units": units,
            "occupied_units": held,
            "granted_units": granted,
            "available_units": units - held - granted,
            "profiles": profiles,
            "blocked_by_profile": blocked,
            "presence": presence,
            "presence_reason": reason,
            "set_presence": person.wish,
            "assignable": presence in PASSING and not blocked,
            "gaps": person.missed,
        }
        # What is empty is left out.
        return {name: each for name, each in picture.items() if each not in (None, {})}

    @staticmethod
    def _presence_of(
        person: Person, gated: naive_gate.Person, configured: Json, units: int, profiles: Json
    ) -> tuple[str, str]:
        """The presence, and where it comes from."""
        if gated.lost:
            return "offline", "lost"
        if person.wish:
            return person.wish, person.wished_by
        presence = _presence(units, person.holds()[0], profiles)
        default = configured.get("default_presence", "offline")
        if not person.came and (default != "available" or presence == default):
            return default, "default"
        return presence, "capacity"


def _who(said: naive_gate.Said) -> str:
    who: str = said.data["representative_id"]
    return who


def _blocked(profiles: Json, *counted: str) -> bool:
    """Whether a blocking profile is used up by what is counted."""
    taken = {name: sum(each[one] for one in counted) for name, each in profiles.items()}
    return any(
        each["blocking"] and taken[name] and taken[name] >= each["limit"]
        for name, each in profiles.items()
    )


def _presence(units: int, held: int, profiles: Json) -> str:
    """Nothing used: available. Something negative, or all used up: do not disturb. Else busy.

    What is granted makes no presence.
    """
    each = profiles.values()
    over = held > units or any(one["occupied"] > one["limit"] for one in each)
    if over or _blocked(profiles, "occupied"):
        return "do_not_disturb"
    used = any(one["occupied"] for one in each)
    if not held and not used:
        return "available"
    units_left = held < units and (held > 0 or not profiles)
    slots_left = any(one["occupied"] < one["limit"] for one in each)
    return "busy" if units_left or slots_left else "do_not_disturb"


def read_event(value: bytes | None) -> Json | None:
    """The event; None for poison."""
    try:
        event = json.loads(value or b"")
        return event if isinstance(event, dict) and "subject" in event else None
    except ValueError:
        return None
