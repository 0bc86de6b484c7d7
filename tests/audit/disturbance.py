"""What a day's inputs become where networks lose, repeat and swap, and desktops die.

It takes any list of inputs in the order of their times, and knows nothing of who made them.
"""

from collections.abc import Iterable
from random import Random
from typing import Any, Final, NamedTuple

from omnistate_schemas.times import format_time, parse_time_ms

Event = dict[str, Any]
PRESENCE: Final = "representative.presence"
LOST, DOUBLED, REPEATED, SWAPPED, DYING = 0.06, 0.06, 0.03, 0.03, 0.3
LEASE_S: Final = 600
RENEWED_MS: Final = LEASE_S * 700
# How long a desktop is dead, and how late a repeat is.
DEAD_MS: Final = (20 * 60_000, 120 * 60_000)
LATE_MS: Final = (60_000, 4 * 3_600_000)


class Appended(NamedTuple):
    """An input, and when it comes to its topic."""

    at_ms: int
    event: Event


class Disturbance:
    """Of one day; `counts` says how often what was done."""

    def __init__(self, seed: int) -> None:
        """The same seed does the same to the same day."""
        self._random = Random(seed)
        self.counts = dict.fromkeys(("lost", "doubled", "repeated", "swapped", "unsaid"), 0)

    def disturb(self, inputs: Iterable[Event]) -> list[Appended]:
        """What comes of a day, in the order in which it does."""
        told = [Appended(parse_time_ms(each["time"]), each) for each in inputs]
        told = self._let_desktops_die(sign_in(told))
        found: list[Appended] = []
        for each in told:
            if self._strikes(LOST, "lost"):
                continue
            found.append(each)
            if self._strikes(DOUBLED, "doubled"):
                found.append(each)
            if self._strikes(REPEATED, "repeated"):
                found.append(Appended(each.at_ms + self._random.randrange(*LATE_MS), each.event))
        found.sort(key=lambda each: each.at_ms)
        for place in range(len(found) - 1):
            if self._strikes(SWAPPED, "swapped"):
                first, second = found[place : place + 2]
                found[place] = Appended(first.at_ms, second.event)
                found[place + 1] = Appended(second.at_ms, first.event)
        return found

    def _strikes(self, share: float, name: str) -> bool:
        strikes = self._random.random() < share
        self.counts[name] += strikes
        return strikes

    def _let_desktops_die(self, told: list[Appended]) -> list[Appended]:
        """Some say nothing any more for a while, whatever they did."""
        dead: dict[str, tuple[int, int]] = {}
        for person in sorted({speaker_of(each.event) for each in told} - {""}):
            if self._random.random() < DYING:
                own = [each.at_ms for each in told if speaker_of(each.event) == person]
                from_ms = self._random.choice(own)
                dead[person] = from_ms, from_ms + self._random.randrange(*DEAD_MS)
        found = []
        for each in told:
            from_ms, to_ms = dead.get(speaker_of(each.event), (0, 0))
            if from_ms <= each.at_ms < to_ms:
                self.counts["unsaid"] += 1
            else:
                found.append(each)
        return found


def speaker_of(event: Event) -> str:
    """Whose desktop says it; nobody's: empty."""
    if event["type"] == PRESENCE:
        return "" if "supervisor_id" in event["data"] else str(event["subject"])
    if event["type"].startswith("representative."):
        return str(event["data"].get("representative_id", ""))
    return ""


def sign_in(told: list[Appended]) -> list[Appended]:
    """With a lease for everybody who is named, which they renew until they are named no more.

    A day in which people sign in by themselves stays as it is.
    """
    if any(each.event["type"] == PRESENCE for each in told):
        return told
    spans: dict[str, tuple[int, int]] = {}
    for at_ms, event in told:
        person = event["data"].get("representative_id")
        if person is not None:
            spans[person] = spans.get(person, (at_ms, at_ms))[0], at_ms
    signed = [
        Appended(at_ms, _say_here(person, at_ms))
        for person, (from_ms, to_ms) in spans.items()
        for at_ms in range(from_ms, to_ms + 1, RENEWED_MS)
    ]
    return sorted([*signed, *told], key=lambda each: each.at_ms)


def _say_here(person: str, at_ms: int) -> Event:
    return {
        "specversion": "1.0",
        "id": f"here-{at_ms}",
        "source": f"/desktop/{person}",
        "type": PRESENCE,
        "subject": person,
        "time": format_time(at_ms),
        "data": {"presence": "available", "lease_seconds": LEASE_S},
    }
