"""What `representative-capacity` must say, batch by batch, folded by code of its own.

From contract.md#presence and contract.md#representative-capacity alone; nothing of the
engine is used. Pure: records are handed in, in the order in which they were taken.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from omnistate_schemas.vocabulary import CAPACITY_CHANGES

Json = dict[str, Any]
# Of what is published, these tell of the telling; all else is the picture.
TOLD: Final = ("sequence", "changed_at", "cause", "last_released_at")
# Set, these are over with the next change of what they hold.
PASSING: Final = ("available", "busy")
HANDLING: Final = ("primary", "consultant")


class Person:
    """One representative, as far as the inputs say."""

    def __init__(self) -> None:
        self.units: dict[int, int] = {}
        self.slots: dict[int, Mapping[str, int]] = {}
        self.numbers: dict[int, int] = defaultdict(int)
        self.missed = 0
        self.wish: str | None = None
        self.came = False
        # The last release of a hold for handling.
        self.released = ""
        self.wished_by = ""
        self.heard: set[tuple[str, str]] = set()

    def take_change(self, event: Json) -> None:
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
            self.released = event["id"]
        if self.wish in PASSING:
            self.wish = None

    def take_presence(self, event: Json) -> None:
        """Somebody sets their presence; a repeat changes nothing."""
        mark = (event["source"], event["id"])
        if mark not in self.heard:
            self.heard.add(mark)
            self.came = True
            self.wish = event["data"]["presence"]
            supervised = event["data"].get("supervisor_id") is not None
            self.wished_by = "set_by_supervisor" if supervised else "set_by_representative"

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
        self._profiles: Json = configuration.get("capacity_profiles") or {}
        self._configured: Json = configuration.get("representatives") or {}
        self._people: defaultdict[str, Person] = defaultdict(Person)
        self._drawn: dict[str, tuple[str, Json]] = {}
        # Whoever is configured is told of at the start, whatever happens to them.
        for id_ in self._configured:
            self._draw(id_)

    def take_batch(self, records: Iterable[tuple[str, bytes | None, bytes | None]]) -> None:
        """Topic, key and value of what was taken together: whose picture changed is told once."""
        touched: set[str] = set()
        for topic, key, value in records:
            event = _read(value)
            if event is None or key != event["subject"].encode():
                continue
            person = self._people[event["subject"]]
            if topic == CAPACITY_CHANGES:
                person.take_change(event)
            else:
                person.take_presence(event)
            touched.add(event["subject"])
        for id_ in touched:
            self._draw(id_)

    def _draw(self, id_: str) -> None:
        picture = self._picture(id_)
        mark = (self._people[id_].released, picture)
        if self._drawn.get(id_) != mark:
            self._drawn[id_] = mark
            self.of[id_].append(picture)

    def _picture(self, id_: str) -> Json:
        person, configured = self._people[id_], self._configured.get(id_) or {}
        own = configured.get("profiles") or {}
        units = configured.get("units", 100)
        held, slots = person.holds()
        profiles = {}
        for name in {*own, *slots}:
            profile = self._profiles.get(name)
            limit = own.get(name)
            if limit is None:
                limit = 0 if profile is None else (profile or {}).get("limit", 1)
            used = slots.get(name, 0)
            blocking = (profile or {}).get("blocking", False)
            profiles[name] = {
                "limit": limit,
                "occupied": used,
                "granted": 0,
                "available": limit - used,
                "blocking": blocking,
            }
        full = [name for name, each in profiles.items() if each["occupied"] >= each["limit"]]
        blocked = any(profiles[name]["blocking"] and profiles[name]["occupied"] for name in full)
        presence = person.wish or _presence(units, held, profiles, blocked=blocked)
        reason = person.wished_by if person.wish else "capacity"
        default = configured.get("default_presence", "offline")
        if not person.came and (default != "available" or presence == default):
            presence, reason = default, "default"
        picture = {
            "representative_id": id_,
            "units": units,
            "occupied_units": held,
            "granted_units": 0,
            "available_units": units - held,
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


def _presence(units: int, held: int, profiles: Json, *, blocked: bool) -> str:
    """Nothing used: available. Something negative, or all used up: do not disturb. Else busy."""
    each = profiles.values()
    if blocked or held > units or any(one["available"] < 0 for one in each):
        return "do_not_disturb"
    used = any(one["occupied"] for one in each)
    if not held and not used:
        return "available"
    units_left = held < units and (held > 0 or not profiles)
    slots_left = any(one["available"] > 0 for one in each)
    return "busy" if units_left or slots_left else "do_not_disturb"


def _read(value: bytes | None) -> Json | None:
    """The event; None for poison."""
    try:
        event = json.loads(value or b"")
        return event if isinstance(event, dict) and "subject" in event else None
    except ValueError:
        return None
